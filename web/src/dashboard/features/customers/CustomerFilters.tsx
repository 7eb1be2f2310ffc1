import { Button, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { type RefObject, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Filters } from './api'
import classes from './customers.module.css'
import { languageCodes, languageName } from './names'

type Props = {
  filters: Filters
  change: (part: Filters) => void
  /** Not there: nothing is filtered. */
  clear?: () => void
  box: RefObject<HTMLInputElement | null>
}

/** CustomerFilters narrow the list. */
export function CustomerFilters({ filters, change, clear, box }: Props) {
  const { t, i18n } = useTranslation()
  const [text, setText] = useState(filters.q ?? '')
  const later = useDebouncedCallback((q: string) => change({ q: q || undefined }), 250)
  useEffect(() => {
    if (document.activeElement !== box.current) setText(filters.q ?? '')
  }, [filters.q, box])
  const [open, setOpen] = useState(false)
  const any = { placeholder: t('customers.any'), clearable: true, w: { sm: 120 } } as const
  return (
    <Group px="md" pb="sm" gap="xs" align="end" role="search" aria-label={t('customers.search')}>
      <TextInput
        ref={box}
        type="search"
        label={t('customers.search')}
        placeholder={t('customers.searchHint')}
        flex={{ base: 1, sm: 'none' }}
        w={{ sm: 280 }}
        maxLength={200}
        value={text}
        onChange={e => {
          setText(e.currentTarget.value)
          later(e.currentTarget.value.trim())
        }}
      />
      <Button hiddenFrom="sm" variant="default" aria-expanded={open} onClick={() => setOpen(o => !o)}>
        {t('customers.filters')}
      </Button>
      <Group gap="xs" align="end" className={classes.filters} data-open={open || undefined}>
        <Select
          {...any}
          label={t('customers.type')}
          data={['customer', 'lead'].map(v => ({ value: v, label: t(`customers.types.${v}`) }))}
          value={filters.type ?? null}
          onChange={v => change({ type: v ?? undefined })}
        />
        <Select
          {...any}
          searchable
          label={t('customers.language')}
          data={languageCodes.map(v => ({ value: v, label: languageName(v, i18n.language) }))}
          value={filters.language ?? null}
          onChange={v => change({ language: v ?? undefined })}
        />
        <Select
          {...any}
          label={t('customers.blockedFilter')}
          data={[
            { value: 'true', label: t('customers.yes') },
            { value: 'false', label: t('customers.no') },
          ]}
          value={filters.blocked ?? null}
          onChange={v => change({ blocked: v ?? undefined })}
        />
        {(['joined_from', 'joined_to'] as const).map(name => (
          <TextInput
            key={name}
            type="date"
            w={{ sm: 140 }}
            label={t(name === 'joined_from' ? 'customers.joinedFrom' : 'customers.joinedTo')}
            value={filters[name] ?? ''}
            onChange={e => change({ [name]: e.currentTarget.value || undefined })}
          />
        ))}
      </Group>
      {clear && (
        <Button
          variant="subtle"
          onClick={() => {
            setText('')
            clear()
          }}
        >
          {t('customers.clearFilters')}
        </Button>
      )}
    </Group>
  )
}
