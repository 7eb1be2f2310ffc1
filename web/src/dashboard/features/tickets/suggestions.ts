import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { useAgents, useFound, useGroups, useTypes } from '@/shared/pickers/lookups'
import { chipKeys, quote, typing } from './chips'

export type Suggestion = { text: string; label: string; hint?: string }

const fixed: Record<string, string[]> = {
  status: ['new', 'open', 'pending', 'solved', 'closed'],
  priority: ['high', 'medium', 'low'],
  channel: ['email', 'customer_account', 'dashboard', 'api', 'follow_up'],
  is: ['unsolved', 'unassigned', 'assigned', 'mine', 'undelivered'],
  has: ['attachment', 'order'],
  created: ['today', 'yesterday', '7d', '30d', '<30d'],
  updated: ['today', '24h', '7d', '<7d', '<30d'],
}

/** useSuggestions offers what may follow: names of chips, then values of one. */
export function useSuggestions(typed: string, open: boolean): Suggestion[] {
  const { t } = useTranslation()
  const { before, not, key, value } = typing(typed)
  const last = value.split(',').at(-1) ?? ''
  const earlier = value.includes(',') ? value.slice(0, value.lastIndexOf(',') + 1) : ''
  const agents = useAgents()
  const groups = useGroups()
  const types = useTypes()
  const seek = (k: string) => (open && key === k ? last : '')
  const tags = useFound('/lookups/tags/', seek('tag')).data?.results as Schema<'Named'>[] | undefined
  const customers = useFound('/lookups/customers/', seek('from')).data?.results as Schema<'Person'>[] | undefined
  const orders = useFound('/lookups/orders/', seek('order')).data?.results as Schema<'OrderChoice'>[] | undefined
  const products = useFound('/lookups/products/', seek('product')).data?.results as Schema<'Named'>[] | undefined
  if (!open) return []

  const minus = not ? '-' : ''
  if (key === null) {
    const lower = value.toLowerCase()
    return chipKeys
      .filter(k => k.startsWith(lower))
      .map(k => ({ text: `${before}${minus}${k}:`, label: `${minus}${k}:`, hint: t(`tickets.chip.${k}`) }))
  }
  const named = (list: { name: string }[]) => list.map(x => ({ value: x.name, label: x.name }))
  const values: { value: string; label: string; hint?: string }[] = fixed[key]
    ? fixed[key].map(v => ({ value: v, label: v, hint: hintOf(t, key, v) }))
    : key === 'assignee'
      ? [
          { value: 'me', label: 'me', hint: t('common.me') },
          { value: 'none', label: 'none', hint: t('common.none') },
          ...agents.map(a => ({ value: a.email || String(a.id), label: a.name, hint: a.email })),
        ]
      : key === 'group'
        ? [{ value: 'mine', label: 'mine' }, { value: 'none', label: 'none', hint: t('common.none') }, ...named(groups)]
        : key === 'type'
          ? [{ value: 'none', label: 'none', hint: t('common.none') }, ...named(types)]
          : key === 'tag' || key === 'tags'
            ? named(tags ?? [])
            : key === 'from'
              ? (customers ?? []).map(c => ({ value: c.email || String(c.id), label: c.name, hint: c.email }))
              : key === 'order'
                ? (orders ?? []).map(o => ({ value: o.number, label: o.number, hint: o.customer?.name }))
                : key === 'product'
                  ? named(products ?? [])
                  : []
  const lower = last.toLowerCase().replace(/^"/, '')
  const found = ['from', 'order', 'product'].includes(key)
    ? values
    : values.filter(v => `${v.value} ${v.label}`.toLowerCase().includes(lower))
  return found.slice(0, 12).map(v => ({
    text: `${before}${minus}${key}:${earlier}${/^[<>]/.test(v.value) ? v.value : quote(v.value)}`,
    label: v.label,
    hint: v.hint === v.label ? undefined : v.hint,
  }))
}

function hintOf(t: (k: string) => string, key: string, value: string): string | undefined {
  if (key === 'status') return t(`common.status.${value}`)
  if (key === 'priority') return t(`common.priority.${value}`)
  if (key === 'channel') return t(`common.channel.${value}`)
  if (key === 'is' || key === 'has') return t(`tickets.value.${value}`)
  const when: Record<string, string> = {
    '7d': 'days7',
    '30d': 'days30',
    '24h': 'hours24',
    '<7d': 'olderDays7',
    '<30d': 'olderDays30',
  }
  return when[value] ? t(`tickets.value.${when[value]}`) : undefined
}
