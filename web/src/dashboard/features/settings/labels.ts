import {
  keepPreviousData,
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, key, type Problem, query, type Schema } from '@/api/client'

export type UsedType = Schema<'UsedType'>
export type UsedTag = Schema<'UsedTag'>

const path = (id: number) => ({ params: { path: { id } } })
const types: QueryKey[] = [key('/settings/types/'), key('/lookups/types/')]
const tags: QueryKey[] = [key('/settings/tags/'), key('/lookups/tags/')]

/** While tickets are being changed in the background, the list is looked at again so often. */
const AGAIN = 3000

function useChange<V, T>(run: (v: V) => Promise<T>, stale: QueryKey[], quiet = false) {
  const cache = useQueryClient()
  return useMutation<T, Problem, V>({
    mutationFn: run,
    meta: { quiet },
    onSettled: () => Promise.all(stale.map(queryKey => cache.invalidateQueries({ queryKey }))),
  })
}

// --- ticket types ------------------------------------------------------------------------

const typesQuery = () => query('/settings/types/')

export const useTicketTypes = () =>
  useQuery({ ...typesQuery(), refetchInterval: q => (q.state.data?.results.some(x => x.moving) ? AGAIN : false) })

export const useSaveType = () =>
  useChange(
    ({ id, ...body }: Schema<'TypeInput'> & { id: number | null }) =>
      id === null
        ? call('post', '/settings/types/', { body })
        : call('patch', '/settings/types/{id}/', { ...path(id), body }),
    types,
    true,
  )

export const useRemoveType = () =>
  useChange(
    ({ id, replacement }: { id: number; replacement: number }) =>
      call('post', '/settings/types/{id}/remove/', { ...path(id), body: { replacement } }),
    types,
    true,
  )

/** useOrderTypes brings them into an order: shown at once, taken back when it is refused. */
export function useOrderTypes() {
  const cache = useQueryClient()
  const { queryKey } = typesQuery()
  return useMutation({
    mutationFn: (ids: number[]) => call('post', '/settings/types/order/', { body: { ids } }),
    onMutate: async ids => {
      await cache.cancelQueries({ queryKey })
      const before = cache.getQueryData(queryKey)
      cache.setQueryData(
        queryKey,
        now => now && { ...now, results: ids.flatMap(id => now.results.find(x => x.id === id) ?? []) },
      )
      return { before }
    },
    onError: (_e, _ids, context) => cache.setQueryData(queryKey, context?.before),
    onSettled: () => Promise.all(types.map(queryKey => cache.invalidateQueries({ queryKey }))),
  })
}

// --- tags --------------------------------------------------------------------------------

export function useTags(q: string, unused: boolean) {
  const params = { q, ...(unused && { unused: '1' }) }
  return useInfiniteQuery({
    queryKey: key('/settings/tags/', { params: { query: params } }),
    queryFn: ({ pageParam, signal }) =>
      call('get', '/settings/tags/', { params: { query: { ...params, after: pageParam } }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: last => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: s => (s.state.data?.pages.some(p => p.results.some(x => x.moving)) ? AGAIN : false),
  })
}

/** useTagsLike finds tags to choose from, with their uses. */
export const useTagsLike = (q: string) =>
  useQuery({ ...query('/settings/tags/', { params: { query: { q } } }), placeholderData: keepPreviousData }).data
    ?.results ?? []

export const useRenameTag = () =>
  useChange(
    ({ id, name }: { id: number; name: string }) =>
      call('patch', '/settings/tags/{id}/', { ...path(id), body: { name } }),
    tags,
    true,
  )

export const useMergeTag = () =>
  useChange(
    ({ id, into }: { id: number; into: number }) =>
      call('post', '/settings/tags/{id}/merge/', { ...path(id), body: { into } }),
    tags,
    true,
  )

export const useRemoveTag = () => useChange((id: number) => call('delete', '/settings/tags/{id}/', path(id)), tags)
