import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, Problem, query, type Schema, toProblem } from '@/api/client'

export type Notification = Schema<'Notification'>
export type Branding = Schema<'Branding'>
export type Letter = Schema<'Letter'>
export type Trial = Schema<'NotificationTrial'>

const kindOf = (kind: string) => ({ params: { path: { kind } } })

export const useNotifications = () => useQuery(query('/settings/notifications/'))

function useFresh() {
  const cache = useQueryClient()
  const { queryKey } = query('/settings/notifications/')
  return (n: Notification) =>
    cache.setQueryData(queryKey, old => old && { ...old, results: old.results.map(x => (x.name === n.name ? n : x)) })
}

export function useSaveNotification() {
  return useMutation<Notification, Problem, Schema<'NotificationInput'> & { name: string }>({
    meta: { quiet: true },
    mutationFn: ({ name, ...body }) => call('put', '/settings/notifications/{kind}/', { ...kindOf(name), body }),
    onSuccess: useFresh(),
  })
}

export function useResetNotification() {
  return useMutation({
    mutationFn: (name: string) => call('post', '/settings/notifications/{kind}/reset/', kindOf(name)),
    onSuccess: useFresh(),
  })
}

export function useTestNotification() {
  return useMutation<Schema<'MailedTo'>, Problem, Trial & { name: string }>({
    meta: { quiet: true },
    mutationFn: ({ name, ...body }) => call('post', '/settings/notifications/{kind}/test/', { ...kindOf(name), body }),
  })
}

/** useTrial shows a notification that is not saved yet. */
export function useTrial(name: string, body: Trial) {
  return useQuery<Letter, Problem>({
    queryKey: ['notification-trial', name, body],
    queryFn: ({ signal }) => call('post', '/settings/notifications/{kind}/preview/', { ...kindOf(name), body, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  })
}

export const useBranding = () => useQuery(query('/settings/branding/'))

export function useSaveBranding() {
  const cache = useQueryClient()
  return useMutation<Branding, Problem, Branding>({
    meta: { quiet: true },
    mutationFn: body => call('patch', '/settings/branding/', { body }),
    onSuccess: now => cache.setQueryData(key('/settings/branding/'), now),
  })
}

/** useLook shows a mail as it would look with what is not saved yet. */
export function useLook(body: Branding) {
  return useQuery<Letter, Problem>({
    queryKey: ['branding-trial', body],
    queryFn: ({ signal }) => call('post', '/settings/branding/preview/', { body, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  })
}

/** useAddLogo brings a picture to the server; mail shows it when its address is saved. */
export function useAddLogo() {
  return useMutation<string, Problem, File>({
    meta: { quiet: true },
    mutationFn: async file => {
      const body = new FormData()
      body.append('file', file, file.name)
      let answer: Response
      try {
        answer = await fetch('/dashboard/api/settings/branding/logo/', { method: 'POST', body })
      } catch {
        throw new Problem(0, 'offline', 'offline')
      }
      const said: unknown = await answer.json().catch(() => null)
      if (!answer.ok) throw toProblem(answer.status, said)
      return (said as Schema<'Picture'>).url
    },
  })
}
