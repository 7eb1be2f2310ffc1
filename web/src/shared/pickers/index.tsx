import {
  type ComboboxItem,
  MultiSelect,
  type MultiSelectProps,
  Select,
  type SelectProps,
  TagsInput,
  type TagsInputProps,
} from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { useMe } from '@/shared/me'
import { statuses } from '@/shared/ui/Status'
import { useAgents, useFound, useGroups, useTypes } from './lookups'

/** The pickers of forms and side panels. A value is an id; null is none. */
type One = Omit<SelectProps, 'value' | 'onChange' | 'data'> & {
  value: number | null
  onChange: (id: number | null) => void
}

const number = (v: string | null) => (v === null ? null : Number(v))
const text = (v: number | null) => (v === null ? null : String(v))

export function AgentSelect({ value, onChange, ...rest }: One) {
  const { t } = useTranslation()
  const me = useMe().user
  const agents = useAgents()
  const data = [
    ...agents.filter(a => a.id === me.id).map(a => ({ value: String(a.id), label: `${a.name} (${t('common.me')})` })),
    ...agents.filter(a => a.id !== me.id).map(a => ({ value: String(a.id), label: a.name })),
  ]
  return (
    <Select
      label={t('common.pick.agent')}
      placeholder={t('common.none')}
      searchable
      clearable
      nothingFoundMessage={t('common.nothing')}
      {...rest}
      data={data}
      value={text(value)}
      onChange={v => onChange(number(v))}
    />
  )
}

function Named({ value, onChange, data, ...rest }: One & { data: Schema<'Named'>[] }) {
  const { t } = useTranslation()
  return (
    <Select
      placeholder={t('common.none')}
      searchable
      clearable
      nothingFoundMessage={t('common.nothing')}
      {...rest}
      data={data.map(g => ({ value: String(g.id), label: g.name }))}
      value={text(value)}
      onChange={v => onChange(number(v))}
    />
  )
}

export function GroupSelect(props: One) {
  const { t } = useTranslation()
  return <Named label={t('common.pick.group')} {...props} data={useGroups()} />
}

export function TypeSelect(props: One) {
  const { t } = useTranslation()
  return <Named label={t('common.pick.type')} {...props} data={useTypes()} />
}

type Word<T extends string> = Omit<SelectProps, 'value' | 'onChange' | 'data'> & {
  value: T | null
  onChange: (v: T | null) => void
}

export function StatusSelect({ value, onChange, ...rest }: Word<(typeof statuses)[number]>) {
  const { t } = useTranslation()
  return (
    <Select
      label={t('common.pick.status')}
      {...rest}
      data={statuses.map(s => ({ value: s, label: t(`common.status.${s}`) }))}
      value={value}
      onChange={v => onChange(v as typeof value)}
    />
  )
}

export const priorities = ['high', 'medium', 'low'] as const

export function PrioritySelect({ value, onChange, ...rest }: Word<(typeof priorities)[number]>) {
  const { t } = useTranslation()
  return (
    <Select
      label={t('common.pick.priority')}
      {...rest}
      data={priorities.map(s => ({ value: s, label: t(`common.priority.${s}`) }))}
      value={value}
      onChange={v => onChange(v as typeof value)}
    />
  )
}

/** TagPicker takes names; one that is new becomes a tag when the form is sent. */
export function TagPicker(props: Omit<TagsInputProps, 'data'>) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const found = useFound('/lookups/tags/', typed).data?.results ?? []
  return (
    <TagsInput
      label={t('common.pick.tags')}
      maxLength={255}
      splitChars={[',']}
      {...props}
      data={(found as Schema<'Named'>[]).map(g => g.name)}
      searchValue={typed}
      onSearchChange={setTyped}
    />
  )
}

/** CustomerSelect finds customers by address or name; current is who is chosen already. */
export function CustomerSelect({
  value,
  onChange,
  current,
  onPick,
  ...rest
}: One & { current?: Schema<'Person'> | null; onPick?: (p: Schema<'Person'>) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const found = (useFound('/lookups/customers/', typed).data?.results ?? []) as Schema<'Person'>[]
  const all = current && !found.some(p => p.id === current.id) ? [current, ...found] : found
  return (
    <Select
      label={t('common.pick.customer')}
      placeholder={t('common.typeToSearch')}
      searchable
      clearable
      nothingFoundMessage={typed ? t('common.nothing') : t('common.typeToSearch')}
      filter={({ options }) => options}
      {...rest}
      data={all.map(p => ({ value: String(p.id), label: p.email ? `${p.name} <${p.email}>` : p.name }))}
      value={text(value)}
      onSearchChange={setTyped}
      onChange={v => {
        onChange(number(v))
        const p = all.find(x => String(x.id) === v)
        if (p) onPick?.(p)
      }}
    />
  )
}

/** OrderSelect finds orders by the start of their number. */
export function OrderSelect({
  value,
  onChange,
  onPick,
  ...rest
}: Word<string> & { onPick?: (o: Schema<'OrderChoice'>) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const found = (useFound('/lookups/orders/', typed).data?.results ?? []) as Schema<'OrderChoice'>[]
  const data: ComboboxItem[] = found.map(o => ({
    value: o.number,
    label: `${o.number} · ${o.customer?.name ?? t('common.unknownPerson')} · ${o.total} ${o.currency}`,
  }))
  if (value && !found.some(o => o.number === value)) data.unshift({ value, label: value })
  return (
    <Select
      label={t('common.pick.order')}
      placeholder={t('common.typeToSearch')}
      searchable
      clearable
      nothingFoundMessage={t('common.nothing')}
      filter={({ options }) => options}
      {...rest}
      data={data}
      value={value}
      onSearchChange={setTyped}
      onChange={v => {
        onChange(v)
        const o = found.find(x => x.number === v)
        if (o) onPick?.(o)
      }}
    />
  )
}

/** ProductPicker takes ids of products; current gives the titles of those chosen already. */
export function ProductPicker({
  value,
  onChange,
  current = [],
  ...rest
}: Omit<MultiSelectProps, 'value' | 'onChange' | 'data'> & {
  value: number[]
  onChange: (ids: number[]) => void
  current?: Schema<'Named'>[]
}) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const found = (useFound('/lookups/products/', typed).data?.results ?? []) as Schema<'Named'>[]
  const known = new Map([...found, ...current].map(p => [p.id, p.name]))
  for (const id of value) if (!known.has(id)) known.set(id, `#${id}`)
  return (
    <MultiSelect
      label={t('common.pick.products')}
      searchable
      nothingFoundMessage={t('common.nothing')}
      {...rest}
      data={[...known].map(([id, name]) => ({ value: String(id), label: name }))}
      value={value.map(String)}
      onChange={v => onChange(v.map(Number))}
      searchValue={typed}
      onSearchChange={setTyped}
    />
  )
}
