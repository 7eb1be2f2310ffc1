import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, query, type Schema } from '@/api/client'

export type Row = Schema<'TicketRow'>
export type TicketList = Schema<'TicketList'>
export type View = Schema<'View'>
export type ViewBody = Schema<'ViewBody'>
export type Order = Schema<'ListOrder'>
export type Bulk = Schema<'Bulk'>
export type BulkChange = Schema<'BulkChange'>

export type Place = { q: string; order: Order; after?: string; before?: string }

const params = (p: Place) => ({ params: { query: { q: p.q, order: p.order, after: p.after, before: p.before } } })

/** The page of a list. It is not asked for again by itself: rows would move. */
export const listQuery = (p: Place) => ({
  ...query('/tickets/', params(p)),
  staleTime: 0,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
})

export const useList = (p: Place | null) =>
  useQuery({
    ...listQuery(p ?? { q: '', order: '-id' }),
    enabled: p !== null,
    placeholderData: keepPreviousData,
  })

/** askList asks for a page without showing it. */
export const askList = (p: Place): Promise<TicketList> => call('get', '/tickets/', params(p))

export const askRows = (ids: number[]): Promise<TicketList> =>
  call('get', '/tickets/', { params: { query: { ids: ids.join(',') } } })

export const useViews = () => useQuery({ ...query('/views/'), staleTime: 60_000 })

export const useCounts = () =>
  useQuery({ ...query('/tickets/counts/'), refetchInterval: 60_000, staleTime: 5_000, retry: false })

export const usePreview = (id: number | null) =>
  useQuery({
    ...query('/tickets/{id}/preview/', { params: { path: { id: id ?? 0 } } }),
    enabled: id !== null,
    placeholderData: keepPreviousData,
  })

export function useSaveView() {
  const client = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, body }: { id?: string; body: ViewBody }): Promise<View> =>
      id
        ? call('put', '/views/{id}/', { params: { path: { id: Number(id) } }, body })
        : call('post', '/views/', { body }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: key('/views/') }),
        client.invalidateQueries({ queryKey: key('/tickets/counts/') }),
      ]),
  })
}

export function useDeleteView() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call('delete', '/views/{id}/', { params: { path: { id: Number(id) } } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key('/views/') }),
  })
}

export function useOrderViews() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ids: number[]) => call('post', '/views/order/', { body: { ids } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key('/views/') }),
  })
}

export const startBulk = (body: Schema<'BulkBody'>): Promise<Bulk> => call('post', '/bulk/', { body })

export const undoBulk = (id: number): Promise<Bulk> => call('post', '/bulk/{id}/undo/', { params: { path: { id } } })

const pause = (ms: number) => new Promise(done => setTimeout(done, ms))

/** followBulk asks how far a bulk change is until it is there. */
export async function followBulk(b: Bulk, tell: (b: Bulk) => void): Promise<Bulk> {
  for (let wait = 250; b.state === 'running' || b.state === 'undoing'; wait = Math.min(wait * 1.5, 1500)) {
    tell(b)
    await pause(wait)
    b = await call('get', '/bulk/{id}/', { params: { path: { id: b.id } } })
  }
  return b
}
