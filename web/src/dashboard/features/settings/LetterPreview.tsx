import { Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Letter } from './letters'
import classes from './pages.module.css'

type Fields = Record<string, string>

/**
 * LetterPreview shows a mail as its reader would see it, as HTML or as text. action answers
 * the HTML for the fields, which are what is being written.
 */
export function LetterPreview({
  letter,
  action,
  fields,
  problem,
}: {
  letter: Letter | undefined
  action: string
  /** undefined: as they were, for these cannot be shown. */
  fields: Fields | undefined
  /** Why what is written cannot be shown; the last that could be stays. */
  problem?: string
}) {
  const { t } = useTranslation()
  const [form, setForm] = useState<'html' | 'text'>('html')
  const [good, setGood] = useState(fields)
  const [seen, setSeen] = useState(letter)
  if (fields && JSON.stringify(fields) !== JSON.stringify(good)) setGood(fields)
  if (letter && letter !== seen) setSeen(letter)
  return (
    <Stack gap="xs" component="section" aria-label={t('letters.preview')}>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {t('letters.preview')}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t('letters.form')}
          data={(['html', 'text'] as const).map(f => ({ value: f, label: t(`letters.${f}`) }))}
          value={form}
          onChange={f => setForm(f as typeof form)}
        />
      </Group>
      <Text size="sm" c="var(--mantine-color-error)" role="status">
        {problem}
      </Text>
      {seen && (
        <dl className={classes.envelope}>
          <dt>{t('letters.from')}</dt>
          <dd>
            {seen.from} {seen.address && `<${seen.address}>`}
          </dd>
          <dt>{t('letters.subject')}</dt>
          <dd>{seen.subject}</dd>
        </dl>
      )}
      {form === 'text' && seen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
        <pre className={classes.text} tabIndex={0}>
          {seen.text}
        </pre>
      )}
      {form === 'html' && good && <HtmlFrame action={action} fields={good} />}
    </Stack>
  )
}

const TALLEST = 2000

/**
 * HtmlFrame has a form answered into a frame that can run nothing. Each answer comes into a
 * new frame, for one that is used again would add to the browser's history; the one before
 * is seen until then.
 */
function HtmlFrame({ action, fields }: { action: string; fields: Fields }) {
  const { t } = useTranslation()
  const name = useId()
  const form = useRef<HTMLFormElement>(null)
  const said = JSON.stringify(fields)
  const [frames, setFrames] = useState({ shown: 0, asked: 0 })
  const [height, setHeight] = useState(240)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another question
  useEffect(() => setFrames(f => ({ ...f, asked: f.asked + 1 })), [said, action])
  useEffect(() => {
    if (frames.asked > 0) form.current?.submit()
  }, [frames.asked])
  const loaded = (n: number, frame: HTMLIFrameElement) => {
    const body = frame.contentDocument?.body
    if (!body?.childElementCount) return // the empty document that a frame begins with
    setHeight(Math.min(TALLEST, Math.max(120, Math.ceil(body.scrollHeight) + 4)))
    setFrames(f => (n > f.shown ? { ...f, shown: n } : f))
  }
  const numbers = [...new Set([frames.shown, frames.asked])].filter(n => n > 0)
  return (
    <>
      <form ref={form} method="post" action={action} target={`${name}-${frames.asked}`} hidden>
        {Object.entries(fields).map(([field, value]) => (
          <textarea key={field} name={field} value={value} readOnly aria-hidden tabIndex={-1} />
        ))}
      </form>
      <div className={classes.frames}>
        {numbers.map(n => (
          <iframe
            key={n}
            name={`${name}-${n}`}
            className={classes.frame}
            data-hidden={n !== frames.shown || undefined}
            aria-hidden={n !== frames.shown || undefined}
            tabIndex={n !== frames.shown ? -1 : undefined}
            title={t('letters.frame')}
            sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
            referrerPolicy="no-referrer"
            height={height}
            onLoad={e => loaded(n, e.currentTarget)}
          />
        ))}
      </div>
    </>
  )
}
