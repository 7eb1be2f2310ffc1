import { Combobox, Loader, Pill, PillsInput, Text, useCombobox } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '@/shared/commands'
import { type Chip, join, mayBecomeChip, settle, take } from './chips'
import { useSuggestions } from './suggestions'
import classes from './tickets.module.css'

type Props = { search: string; onSearch: (search: string) => void; error?: string; busy: boolean }

/** SearchBox shows a search as chips and words; it is searched for as it is typed. */
export function SearchBox({ search, onSearch, error, busy }: Props) {
  const { t } = useTranslation()
  const [chips, setChips] = useState<Chip[]>([])
  const [typed, setTyped] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const told = useRef(search)
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() })
  const suggestions = useSuggestions(typed, box.dropdownOpened)

  // what somebody else set: another view, the Back button
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a search from outside counts
  useEffect(() => {
    if (search === told.current && (chips.length > 0 || typed)) return
    clearTimeout(timer.current)
    told.current = search
    const parts = take(search)
    setChips(parts.chips)
    setTyped(parts.words)
  }, [search])

  const tell = (parts: { chips: Chip[]; words: string }) => {
    clearTimeout(timer.current)
    const next = join(parts)
    if (next === join(take(told.current))) return
    told.current = next
    onSearch(next)
  }
  // words are looked for when somebody stops typing; a chip being typed is not one yet
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const later = (text: string) => {
    clearTimeout(timer.current)
    if (/(^|\s)-?[a-z_]+:\S*$/i.test(text)) return
    const wait = mayBecomeChip(text) ? 1200 : 350
    timer.current = setTimeout(() => tell({ chips, words: text }), wait)
  }
  const change = (text: string) => {
    const parts = settle(chips, text)
    if (parts) {
      setChips(parts.chips)
      setTyped(parts.words)
      tell(parts)
    } else {
      setTyped(text)
      later(text)
    }
    box.openDropdown()
    box.resetSelectedOption()
  }
  const commit = () => {
    const parts = take(typed)
    const next = { chips: [...chips, ...parts.chips], words: parts.words }
    setChips(next.chips)
    setTyped(next.words)
    tell(next)
    box.closeDropdown()
  }
  const remove = (i: number) => {
    const next = chips.filter((_, j) => j !== i)
    setChips(next)
    tell({ chips: next, words: typed })
    input.current?.focus()
  }
  const edit = (i: number) => {
    const c = chips[i]!
    setChips(chips.filter((_, j) => j !== i))
    setTyped(`${typed ? `${typed.trim()} ` : ''}${c.text}`)
    input.current?.focus()
    box.openDropdown()
  }
  const pick = (text: string) => {
    if (text.endsWith(':')) {
      setTyped(text)
    } else {
      const parts = take(text)
      const next = { chips: [...chips, ...parts.chips], words: parts.words }
      setChips(next.chips)
      setTyped(next.words)
      tell(next)
    }
    box.resetSelectedOption()
    input.current?.focus()
  }
  useCommand({ id: 'search', label: t('tickets.search'), keys: '/', run: () => input.current?.focus() })

  return (
    <Combobox store={box} onOptionSubmit={pick} withinPortal={false}>
      <Combobox.DropdownTarget>
        <PillsInput
          className={classes.search}
          size="sm"
          leftSection={busy ? <Loader size={14} aria-hidden /> : <IconSearch size={15} aria-hidden />}
          error={error}
          onClick={() => input.current?.focus()}
        >
          <Pill.Group>
            {chips.map((c, i) => (
              <Pill
                // biome-ignore lint/suspicious/noArrayIndexKey: two chips may be the same
                key={`${i} ${c.text}`}
                withRemoveButton
                onRemove={() => remove(i)}
                removeButtonProps={{
                  'aria-label': t('tickets.removeChip', { chip: c.text }),
                  tabIndex: 0,
                  'aria-hidden': false,
                }}
                data-wrong={error?.startsWith(c.text) || undefined}
                className={classes.chip}
                onDoubleClick={() => edit(i)}
              >
                {c.text}
              </Pill>
            ))}
            <Combobox.EventsTarget>
              <PillsInput.Field
                ref={input}
                aria-label={t('tickets.search')}
                placeholder={chips.length === 0 ? t('tickets.searchHint') : undefined}
                value={typed}
                maxLength={1500}
                onChange={e => change(e.currentTarget.value)}
                onFocus={() => box.openDropdown()}
                onBlur={() => {
                  box.closeDropdown()
                  commit()
                }}
                onKeyDown={e => {
                  if (e.key === 'Enter' && box.getSelectedOptionIndex() < 0) {
                    e.preventDefault()
                    commit()
                  }
                  if (e.key === 'Backspace' && typed === '' && chips.length > 0) {
                    e.preventDefault()
                    edit(chips.length - 1)
                  }
                  if (e.key === 'Escape') {
                    if (box.dropdownOpened) box.closeDropdown()
                    else input.current?.blur()
                    e.stopPropagation()
                  }
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown hidden={suggestions.length === 0}>
        <Combobox.Options mah={320} className={classes.suggestions} aria-label={t('tickets.suggestions')}>
          {suggestions.map(s => (
            <Combobox.Option key={s.text} value={s.text} className={classes.suggestion}>
              <Text span size="sm" fw={500}>
                {s.label}
              </Text>
              {s.hint && (
                <Text span size="xs" c="dimmed">
                  {s.hint}
                </Text>
              )}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
