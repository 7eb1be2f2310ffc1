import { Paper, VisuallyHidden } from '@mantine/core'
import {
  type ClipboardEvent,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  type RefObject,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import { pieces, type Trigger, type TriggerKind, triggerAt } from './trigger'
import classes from './Writing.module.css'

/** Choice is one thing that a menu offers. */
export type Choice = {
  key: string
  label: string
  hint?: string
  preview?: ReactNode
  take: (trigger: Trigger) => void
}

export type WritingHandle = {
  focus: () => void
  /** Puts a text in place of what stands from start to the caret, or at the caret. */
  insert: (text: string, start?: number) => void
}

/** Writing is a text field that offers things by what is typed, and marks variables that are left. */
export function Writing({
  ref,
  label,
  value,
  onChange,
  placeholder,
  choices,
  onSubmit,
  onFiles,
  rows = 4,
  describedBy,
  known,
}: {
  ref?: Ref<WritingHandle>
  label: string
  value: string
  onChange: (text: string) => void
  placeholder?: string
  /** What is offered for a trigger; null: nothing of that kind here. */
  choices: (trigger: Trigger) => Choice[] | null
  onSubmit?: () => void
  onFiles?: (files: File[]) => void
  rows?: number
  describedBy?: string
  /** Variables that may stay: they are marked as such. */
  known?: string[]
}) {
  const { t } = useTranslation()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState<number | null>(null)
  const [closed, setClosed] = useState('')
  const [active, setActive] = useState(0)
  const wanted = useRef<number | null>(null)

  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    insert: (text, start) => {
      const el = field.current
      const to = el?.selectionEnd ?? value.length
      const from = start ?? el?.selectionStart ?? to
      wanted.current = from + text.length
      onChange(value.slice(0, from) + text + value.slice(to))
      el?.focus()
    },
  }))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caret moves once the new text is shown
  useEffect(() => {
    if (wanted.current === null || !field.current) return
    field.current.setSelectionRange(wanted.current, wanted.current)
    setCaret(wanted.current)
    wanted.current = null
  }, [value])

  const trigger = caret === null ? null : triggerAt(value, caret)
  const mark = trigger ? `${trigger.kind}:${trigger.start}` : ''
  const list = trigger && mark !== closed ? choices(trigger) : null
  const open = list !== null && list.length > 0
  const at = Math.min(active, (list?.length ?? 1) - 1)
  const current = open ? list[at] : undefined
  const place = useRoom(field, open)

  const take = (c: Choice) => {
    if (trigger) c.take(trigger)
    setActive(0)
  }
  const keys = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && onSubmit) {
      e.preventDefault()
      onSubmit()
      return
    }
    if (open && current) {
      const move = { ArrowDown: 1, ArrowUp: -1 }[e.key]
      if (move) {
        e.preventDefault()
        setActive((at + move + list.length) % list.length)
        return
      }
      if ((e.key === 'Enter' || e.key === 'Tab') && !e.shiftKey) {
        e.preventDefault()
        take(current)
        return
      }
      if (e.key === 'Escape') {
        e.preventDefault()
        e.stopPropagation()
        setClosed(mark)
      }
    }
  }
  const paste = (e: ClipboardEvent) => {
    const files = [...e.clipboardData.files]
    if (files.length > 0 && onFiles) {
      e.preventDefault()
      onFiles(files)
    }
  }
  const look = () => {
    const el = field.current
    setCaret(el && el.selectionStart === el.selectionEnd ? el.selectionStart : null)
  }
  return (
    <div className={classes.box}>
      {open && (
        <Paper className={classes.menu} withBorder shadow="md" style={place}>
          <div
            className={classes.options}
            role="listbox"
            id={`${id}-menu`}
            aria-label={t(`compose.menu.${trigger!.kind}`)}
          >
            {list.map((c, i) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the text field, which names the option
              <div
                key={c.key}
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                className={classes.option}
                onMouseDown={e => e.preventDefault()}
                onMouseEnter={() => setActive(i)}
                onClick={() => take(c)}
              >
                <span>{c.label}</span>
                {c.hint && <span className={classes.hint}>{c.hint}</span>}
              </div>
            ))}
          </div>
          {current?.preview && <div className={classes.preview}>{current.preview}</div>}
        </Paper>
      )}
      <VisuallyHidden role="status">{open ? t('compose.menu.count', { count: list.length }) : ''}</VisuallyHidden>
      <div className={classes.stack} data-tall={rows > 4 || undefined}>
        <div className={classes.mirror} aria-hidden>
          {pieces(value).map(p =>
            p.variable ? (
              <mark
                key={p.at}
                className={classes.mark}
                data-known={known?.some(n => p.text.replace(/[{}\s]/g, '') === n) || undefined}
              >
                {p.text}
              </mark>
            ) : (
              p.text
            ),
          )}
          {'\n'}
        </div>
        <textarea
          ref={field}
          className={classes.text}
          aria-label={label}
          aria-autocomplete="list"
          aria-controls={open ? `${id}-menu` : undefined}
          aria-activedescendant={open ? `${id}-${at}` : undefined}
          aria-describedby={describedBy}
          rows={1}
          placeholder={placeholder}
          value={value}
          onChange={e => {
            onChange(e.currentTarget.value)
            setCaret(e.currentTarget.selectionStart)
            setClosed(was => (was && triggerAt(e.currentTarget.value, e.currentTarget.selectionStart) ? was : ''))
          }}
          onSelect={look}
          onBlur={() => setCaret(null)}
          onKeyDown={keys}
          onPaste={paste}
        />
      </div>
    </div>
  )
}

/** useRoom says where a menu has most room: above a field or below it, whatever clips it. */
function useRoom(field: RefObject<HTMLElement | null>, open: boolean): CSSProperties {
  const [place, setPlace] = useState<CSSProperties>({})
  useLayoutEffect(() => {
    if (!open) return
    const look = () => {
      const r = field.current?.getBoundingClientRect()
      if (!r) return
      const above = r.top > 300 || r.top > window.innerHeight - r.bottom
      setPlace({
        left: r.left,
        width: Math.min(r.width, 640),
        ...(above
          ? { bottom: window.innerHeight - r.top + 4, maxHeight: r.top - 8 }
          : { top: Math.min(r.top + 40, r.bottom + 4), maxHeight: window.innerHeight - r.top - 48 }),
      })
    }
    look()
    window.addEventListener('resize', look)
    window.addEventListener('scroll', look, true)
    return () => {
      window.removeEventListener('resize', look)
      window.removeEventListener('scroll', look, true)
    }
  }, [open, field])
  return place
}

export type { TriggerKind }
