import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { query, type Schema } from '@/api/client'

export type Macro = Schema<'Macro'>

export const macrosQuery = () => ({ ...query('/macros/'), staleTime: 60_000 })
export const useMacros = () => useQuery(macrosQuery()).data?.results ?? []

/** useVariables are the names of variables and what they stand for on a ticket (0: one that is not there yet). */
export function useVariables(ticket: number, requester?: number, order?: string): Schema<'Variable'>[] {
  const q = useQuery({
    ...query('/tickets/{id}/variables/', { params: { path: { id: ticket }, query: { requester, order } } }),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  })
  return q.data?.results ?? nameless
}

const people = ['requester', 'user', 'assignee'].flatMap(p =>
  ['first_name', 'last_name', 'full_name', 'email'].map(f => `${p}.${f}`),
)
const order = ['number', 'status', 'total', 'date', 'tracking_number', 'tracking_url'].map(f => `order.${f}`)
/** The names alone, for who may see no ticket. */
const nameless = [...people, ...order, 'ticket.id', 'ticket.subject', 'store.name'].map(name => ({ name, value: '' }))

/** useTicketsLike finds tickets by number or words. */
export function useTicketsLike(text: string): { id: number; subject: string }[] {
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery({
    ...query('/tickets/', { params: { query: { q } } }),
    enabled: q.length > 0,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  })
  if (!text.trim() || !found.data) return []
  return [...found.data.exact, ...found.data.results].slice(0, 8)
}
