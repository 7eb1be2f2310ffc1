import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, query, type Schema } from '@/api/client'
import { useNews } from '@/shared/live'
import type { Status } from '@/shared/ui/Status'

export type Customer = Schema<'Customer'>
export type CustomerRow = Schema<'CustomerRow'>

const at = (id: number) => ({ params: { path: { id } } })

/** What the address of the list says. */
export type Filters = {
  q?: string
  type?: string
  language?: string
  blocked?: string
  joined_from?: string
  joined_to?: string
  after?: string
}

export function useCustomers(f: Filters) {
  const asked = {
    q: f.q || undefined,
    type: f.type === 'customer' || f.type === 'lead' ? f.type : undefined,
    language: f.language || undefined,
    blocked: f.blocked === 'true' ? true : f.blocked === 'false' ? false : undefined,
    joined_from: f.joined_from || undefined,
    joined_to: f.joined_to || undefined,
    after: f.after || undefined,
  } as const
  return useQuery({ ...query('/customers/', { params: { query: asked } }), placeholderData: keepPreviousData })
}

/** useCustomerNews shows what others change of a customer and their tickets. */
export function useCustomerNews(id: number) {
  const client = useQueryClient()
  useNews(n => {
    if (n.user === id) void client.invalidateQueries({ queryKey: key('/customers/{id}/', at(id)) })
    if (n.ticket === 0) return
    const shown = client.getQueriesData<{ pages: Page<{ id: number }>[] }>({
      queryKey: key('/customers/{id}/tickets/', at(id)),
    })
    if (
      n.type === 'ticket.created' ||
      shown.some(([, d]) => d?.pages.some(p => p.results.some(r => r.id === n.ticket)))
    ) {
      void client.invalidateQueries({ queryKey: key('/customers/{id}/tickets/', at(id)) })
      void client.invalidateQueries({ queryKey: key('/customers/{id}/', at(id)) })
    }
  })
}

/** What is under way: somebody merged into a customer, or they themselves. */
export const busy = (c: Customer) =>
  (c.task !== null && c.task.finished_at === null) || c.merged.some(m => m.finished_at === null)

export function useCustomer(id: number) {
  return useQuery({
    ...query('/customers/{id}/', { params: { path: { id } } }),
    refetchInterval: q => (q.state.data && busy(q.state.data) ? 1000 : false),
  })
}

type Page<T> = { results: T[]; next: string | null }

function usePages<T>(path: '/customers/{id}/tickets/' | '/customers/{id}/orders/', id: number, search: object) {
  return useInfiniteQuery({
    queryKey: [...key(path, { params: { path: { id } } }), search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      call('get', path, { params: { path: { id }, query: { ...search, after: pageParam } } }) as unknown as Promise<
        Page<T>
      >,
    getNextPageParam: last => last.next ?? undefined,
  })
}

export const useTickets = (id: number, status?: Status) =>
  usePages<Schema<'CustomerTicket'>>('/customers/{id}/tickets/', id, { status })

export const useOrders = (id: number) => usePages<Schema<'CustomerOrder'>>('/customers/{id}/orders/', id, {})

export function useMergePreview(into: number, from: number | null) {
  return useQuery({
    ...query('/customers/{id}/merge/', { params: { path: { id: into }, query: { from: from ?? 0 } } }),
    enabled: from !== null,
    staleTime: 0,
  })
}

/** useChange is one of the changes of a customer: the answer is the customer as they are then. */
function useChange<T>(id: number, run: (value: T) => Promise<Customer>, quiet = false) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: run,
    meta: { quiet },
    onSuccess: c => {
      client.setQueryData(key('/customers/{id}/', at(id)), c)
      void client.invalidateQueries({ queryKey: key('/customers/') })
      void client.invalidateQueries({ queryKey: key('/customers/{id}/tickets/', at(id)) })
      void client.invalidateQueries({ queryKey: key('/customers/{id}/orders/', at(id)) })
      void client.invalidateQueries({ queryKey: key('/lookups/customers/') })
    },
  })
}

export const useEdit = (id: number) =>
  useChange(id, (body: Schema<'CustomerChange'>) => call('patch', '/customers/{id}/', { ...at(id), body }), true)

export type AddressChange = { action: 'add' | 'remove' | 'first' | 'clear'; address: string }

export const useAddress = (id: number, quiet = false) =>
  useChange(id, (body: AddressChange) => call('post', '/customers/{id}/addresses/', { ...at(id), body }), quiet)

export const useBlock = (id: number) =>
  useChange(id, (body: { blocked: boolean; mail: boolean }) =>
    call('post', '/customers/{id}/block/', { ...at(id), body }),
  )

export const useMerge = (id: number) =>
  useChange(
    id,
    (body: { from: number; confirmation: string }) => call('post', '/customers/{id}/merge/', { ...at(id), body }),
    true,
  )

export const useErase = (id: number) =>
  useChange(
    id,
    (body: { confirmation: string; password?: string }) => call('post', '/customers/{id}/erase/', { ...at(id), body }),
    true,
  )
