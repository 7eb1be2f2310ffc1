import { infiniteQueryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, type Problem, query, type Schema } from '@/api/client'
import { useAgents } from '@/shared/pickers/lookups'

export type Ticket = Schema<'TicketPage'>
export type Change = Schema<'TicketChange'>
export type Timeline = Schema<'Timeline'>
export type Only = 'all' | 'comments' | 'events'
type Place = { before?: string; after?: string; around?: string; at?: 'end' }

const path = (id: number) => ({ params: { path: { id } } })

export const ticketQuery = (id: number) => query('/tickets/{id}/', path(id))
export const relatedQuery = (id: number) => query('/tickets/{id}/related/', path(id))
export const originalQuery = (id: number) => ({ ...query('/mails/{id}/original/', path(id)), staleTime: Infinity })

const timelineKey = (id: number) => [...key('/tickets/{id}/timeline/', path(id))]

const page = (id: number, only: Only, place: Place, signal?: AbortSignal): Promise<Timeline> =>
  call('get', '/tickets/{id}/timeline/', {
    params: { path: { id }, query: { ...place, ...(only === 'all' ? {} : { only }) } },
    signal,
  })

/** timelineQuery is the timeline from a place on, both ways. It is kept fresh by news, not by age. */
export const timelineQuery = (id: number, only: Only, around?: string) =>
  infiniteQueryOptions({
    queryKey: [...timelineKey(id), only, around ?? ''],
    queryFn: ({ pageParam, signal }) => page(id, only, pageParam, signal),
    initialPageParam: (around ? { around } : {}) as Place,
    getNextPageParam: (last): Place | undefined => (last.next ? { after: last.next } : undefined),
    getPreviousPageParam: (first): Place | undefined => (first.before ? { before: first.before } : undefined),
    staleTime: Infinity,
  })

const TAIL = 25 // comments at the end whose delivery may still change

/** useCatchUp reads what came to the end of a timeline, and what became of the last comments. */
export function useCatchUp(id: number, only: Only, around?: string) {
  const cache = useQueryClient()
  return async () => {
    const options = timelineQuery(id, only, around)
    const have = cache.getQueryData(options.queryKey)
    const last = have?.pages.at(-1)
    if (!have || !last) return
    if (last.next) {
      // The reader is somewhere before the end: what is new is there when they come to it.
      return
    }
    const from = last.results.at(-TAIL - 1)
    const more = from
      ? await page(id, only, { after: from.key })
      : await page(id, only, have.pages.length > 1 ? { after: have.pages.at(-2)!.results.at(-1)!.key } : { at: 'end' })
    cache.setQueryData(options.queryKey, now => {
      const end = now?.pages.at(-1)
      if (!now || !end) return now
      const at = from ? end.results.findIndex(x => x.key === from.key) : -1
      const merged = { ...more, before: end.before, results: [...end.results.slice(0, at + 1), ...more.results] }
      return { ...now, pages: [...now.pages.slice(0, -1), merged] }
    })
  }
}

/** useRefreshTicket reads again what stands beside the timeline. */
export function useRefreshTicket(id: number) {
  const cache = useQueryClient()
  return () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: ticketQuery(id).queryKey }),
      cache.invalidateQueries({ queryKey: relatedQuery(id).queryKey }),
    ])
}

/** stale reads who else has changed a field, from a refusal. */
export function stale(problem: Problem): Schema<'StaleTicket'> | null {
  return problem.status === 412 ? (problem.body as Schema<'StaleTicket'>) : null
}

/** useChange changes fields of a ticket: shown at once, taken back when it is refused. */
export function useChange(id: number) {
  const cache = useQueryClient()
  const agents = useAgents()
  const { queryKey } = ticketQuery(id)
  return useMutation({
    meta: { quiet: true },
    mutationFn: (change: Change) => call('patch', '/tickets/{id}/', { ...path(id), body: change }),
    onMutate: async change => {
      await cache.cancelQueries({ queryKey })
      const before = cache.getQueryData(queryKey)
      cache.setQueryData(queryKey, now => now && optimistic(now, change, agents))
      return { before }
    },
    onError: (_e, _v, context) => {
      if (context?.before) cache.setQueryData(queryKey, context.before)
    },
    onSuccess: answer => {
      cache.setQueryData(queryKey, answer)
      return cache.invalidateQueries({ queryKey: ['get', '/tickets/'] })
    },
  })
}

function optimistic(now: Ticket, change: Change, agents: Schema<'Person'>[]): Ticket {
  const next = { ...now }
  if (change.subject !== undefined) next.subject = change.subject
  if (change.status !== undefined) next.status = change.status
  if (change.priority !== undefined) next.priority = change.priority
  if (change.tags !== undefined) next.tags = change.tags
  if (change.assignee !== undefined) next.assignee = agents.find(a => a.id === change.assignee) ?? null
  return next
}

function useTicketsMutation<V, A>(run: (v: V) => Promise<A>, ids: (v: V, a: A) => number[]) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: run,
    onSuccess: async (answer, v) => {
      for (const id of ids(v, answer)) {
        void cache.invalidateQueries({ queryKey: ticketQuery(id).queryKey })
        void cache.invalidateQueries({ queryKey: timelineKey(id) })
        void cache.invalidateQueries({ queryKey: relatedQuery(id).queryKey })
      }
      await cache.invalidateQueries({ queryKey: ['get', '/tickets/'] })
    },
  })
}

const both = (_: unknown, m: Schema<'Merged'>) => [m.source, m.target]

export const useMerge = (id: number) =>
  useTicketsMutation(
    (v: { target: number; confirm: boolean }) =>
      call('post', '/tickets/{id}/merge/', {
        ...path(id),
        body: { target: v.target, confirm_other_requester: v.confirm },
      }),
    both,
  )

export const useUndoMerge = () =>
  useTicketsMutation((source: number) => call('post', '/tickets/{id}/merge/undo/', path(source)), both)

export const useSplit = (id: number) =>
  useTicketsMutation(
    (v: { comment: number; subject: string; tags: string[]; order: string; products: number[] }) =>
      call('post', '/tickets/{id}/split/', { ...path(id), body: v }),
    both,
  )

export const useUndoSplit = () =>
  useTicketsMutation((made: number) => call('post', '/tickets/{id}/split/undo/', path(made)), both)

export const useRelate = (id: number) =>
  useTicketsMutation(
    (other: number) => call('post', '/tickets/{id}/links/', { ...path(id), body: { ticket: other } }),
    other => [id, other],
  )

export const useUnrelate = (id: number) =>
  useTicketsMutation(
    (other: number) => call('delete', '/tickets/{id}/links/{other}/', { params: { path: { id, other } } }),
    other => [id, other],
  )

export const sendSeen = (id: number, seq: number) => call('post', '/tickets/{id}/seen/', { ...path(id), body: { seq } })

export type Here = Schema<'Presence'>
export const sendPresence = (id: number, state: 'viewing' | 'typing' | 'gone') =>
  call('post', '/tickets/{id}/presence/', { ...path(id), body: { state }, keepalive: state === 'gone' })

/** useRetry has a reply handed over once more to one address. */
export const useRetry = (id: number) =>
  useTicketsMutation(
    (v: { mail: number; address: string }) =>
      call('post', '/tickets/{id}/deliveries/{mail}/retry/', {
        params: { path: { id, mail: v.mail } },
        body: { address: v.address },
      }),
    () => [id],
  )

export const useRelated = (id: number) => useQuery(relatedQuery(id))
