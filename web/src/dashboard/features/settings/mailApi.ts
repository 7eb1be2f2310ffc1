import { type QueryKey, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, query, type Schema } from '@/api/client'
import { proved } from '@/shared/proof'

export type StoreSettings = Schema<'StoreSettings'>
export type MailSettings = Schema<'MailSettings'>
export type Mailbox = Schema<'Mailbox'>
export type MailHealth = Schema<'MailHealth'>

/** A change, what is stale after it, and where its answer is kept. quiet: its form shows the failure itself. */
function useChange<V, T>(run: (v: V) => Promise<T>, more: { stale?: QueryKey[]; kept?: QueryKey; quiet?: boolean }) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (v: V) => proved(() => run(v)),
    meta: { quiet: more.quiet },
    onSuccess: answer => {
      if (more.kept) client.setQueryData(more.kept, answer)
    },
    onSettled: () => Promise.all((more.stale ?? []).map(queryKey => client.invalidateQueries({ queryKey }))),
  })
}

// --- store -------------------------------------------------------------------------------

export const useStoreSettings = () => useQuery(query('/settings/store/'))
export const useChangeStore = () =>
  useChange((body: Schema<'StoreSettingsInput'>) => call('patch', '/settings/store/', { body }), {
    kept: key('/settings/store/'),
    stale: [key('/me/'), key('/settings/mail/')],
    quiet: true,
  })

// --- support address and mail health -----------------------------------------------------

const health = key('/settings/mail/health/')
export const useMailSettings = () => useQuery(query('/settings/mail/'))
export const useChangeMail = () =>
  useChange((body: Schema<'MailSettingsInput'>) => call('patch', '/settings/mail/', { body }), {
    kept: key('/settings/mail/'),
    stale: [health, key('/me/'), key('/checklist/')],
    quiet: true,
  })

/** How long a test mail is watched closely. */
const watched = 10 * 60_000
const underWay = (h: MailHealth) =>
  h.test !== null && !h.test.back_at && Date.now() - new Date(h.test.sent_at ?? 0).getTime() < watched

export const useMailHealth = () =>
  useQuery({
    ...query('/settings/mail/health/'),
    refetchInterval: q => {
      const h = q.state.data
      return !h ? false : h.dns.running ? 1_000 : underWay(h) ? 3_000 : 30_000
    },
  })
export const useCheckMail = () => useChange((_: null) => call('post', '/settings/mail/check/'), { kept: health })
export const useMakeDKIM = () => useChange((_: null) => call('post', '/settings/mail/dkim/'), { kept: health })
export const useEndDKIM = () => useChange((_: null) => call('delete', '/settings/mail/dkim/'), { kept: health })
export const useTestMail = () => useChange((_: null) => call('post', '/settings/mail/test/'), { kept: health })

// --- mailboxes that are read -------------------------------------------------------------

const boxes: QueryKey[] = [key('/settings/mailboxes/'), health]
export const useMailboxes = () => useQuery({ ...query('/settings/mailboxes/'), refetchInterval: 15_000 })
export const useAddMailbox = () =>
  useChange((body: Schema<'MailboxInput'>) => call('post', '/settings/mailboxes/', { body }), {
    stale: boxes,
    quiet: true,
  })
export const useMailboxSecret = () =>
  useChange(
    ({ id, body }: { id: number; body: Schema<'MailboxSecret'> }) =>
      call('put', '/settings/mailboxes/{id}/secret/', { params: { path: { id } }, body }),
    { stale: boxes, quiet: true },
  )
export const useRemoveMailbox = () =>
  useChange((id: number) => call('delete', '/settings/mailboxes/{id}/', { params: { path: { id } } }), {
    stale: boxes,
  })
