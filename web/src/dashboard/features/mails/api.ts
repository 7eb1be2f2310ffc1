import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, query, type Schema } from '@/api/client'

export type Mail = Schema<'ReceivedMail'>

/** The fates that this page shows: mail that has become nothing. */
export const fates = ['held', 'suppressed', 'failed'] as const
export type Fate = (typeof fates)[number]

export const useMails = (fate: Fate) =>
  useInfiniteQuery({
    queryKey: key('/mails/', { params: { query: { fate } } }),
    queryFn: ({ pageParam, signal }) =>
      call('get', '/mails/', { params: { query: { fate, after: pageParam } }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
    refetchInterval: 60_000,
  })

export const useMail = (id: number) => useQuery(query('/mails/{id}/', { params: { path: { id } } }))

function useDeed<T>(deed: (id: number) => Promise<T>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: key('/mails/') }),
        client.invalidateQueries({ queryKey: key('/tickets/counts/') }),
      ]),
  })
}

export const useRelease = () =>
  useDeed((id: number) => call('post', '/mails/{id}/release/', { params: { path: { id } } }))
export const useBlock = () => useDeed((id: number) => call('post', '/mails/{id}/block/', { params: { path: { id } } }))
