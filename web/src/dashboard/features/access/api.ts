import {
  type QueryKey,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { type Answer, call, key, query, type Schema } from '@/api/client'
import { proved } from '@/shared/proof'

export type Member = Schema<'Member'>
export type Invitation = Schema<'Invitation'>
export type PermissionGroup = Schema<'PermissionGroup'>
export type App = Schema<'App'>
export type Scope = Schema<'Scope'>
export type Webhook = Schema<'Webhook'>
export type Delivery = Schema<'WebhookDelivery'>
export type AuditEntry = Schema<'AuditEntry'>

const id = (n: number) => ({ params: { path: { id: n } } })

/** A change, and what is stale after it. quiet: its form shows the failure itself. */
function useChange<V, T>(run: (v: V) => Promise<T>, stale: QueryKey[], quiet = false) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (v: V) => proved(() => run(v)),
    meta: { quiet },
    onSettled: () => Promise.all(stale.map(queryKey => client.invalidateQueries({ queryKey }))),
  })
}

const people: QueryKey[] = [
  key('/settings/users/'),
  key('/settings/users/invitations/'),
  key('/settings/groups/'),
  key('/lookups/agents/'),
  key('/lookups/groups/'),
]

// --- users -------------------------------------------------------------------------------

export const useMembers = () => useQuery(query('/settings/users/'))
export const useInvitations = () => useQuery(query('/settings/users/invitations/'))
export const useMemberTickets = (account: number) => useQuery(query('/settings/users/{id}/tickets/', id(account)))
export const useInvite = () =>
  useChange((body: Schema<'InvitationInput'>) => call('post', '/settings/users/invitations/', { body }), people, true)
export const useTakeBack = () =>
  useChange((n: number) => call('delete', '/settings/users/invitations/{id}/', id(n)), people)
export const useChangeMember = () =>
  useChange(
    ({ account, ...body }: Schema<'MemberInput'> & { account: number }) =>
      call('put', '/settings/users/{id}/', { ...id(account), body }),
    [...people, key('/me/')],
    true,
  )
export const useResetLink = () =>
  useChange((account: number) => call('post', '/settings/users/{id}/reset-link/', id(account)), [])
export const useRemoveMember = () =>
  useChange(
    ({ account, ...body }: Schema<'RemoveMember'> & { account: number }) =>
      call('post', '/settings/users/{id}/remove/', { ...id(account), body }),
    people,
    true,
  )

// --- groups ------------------------------------------------------------------------------

export const useGroupList = () => useQuery(query('/settings/groups/'))
export const useSaveGroup = () =>
  useChange(
    ({ group, body }: { group: number | null; body: Schema<'GroupInput'> }) =>
      group === null
        ? call('post', '/settings/groups/', { body })
        : call('put', '/settings/groups/{id}/', { ...id(group), body }),
    [...people, key('/me/')],
    true,
  )
export const useRemoveGroup = () =>
  useChange((n: number) => call('delete', '/settings/groups/{id}/', id(n)), [...people, key('/me/')])

// --- programs ----------------------------------------------------------------------------

const programs: QueryKey[] = [key('/settings/apps/'), key('/settings/apps/{id}/grants/'), key('/settings/apps/tokens/')]
export const useApps = () => useQuery(query('/settings/apps/'))
export const useScopes = () => useQuery({ ...query('/settings/apps/scopes/'), staleTime: Number.POSITIVE_INFINITY })
export const useBareTokens = () => useQuery(query('/settings/apps/tokens/'))
export const useGrants = (app: number, enabled: boolean) =>
  useQuery({ ...query('/settings/apps/{id}/grants/', id(app)), enabled })
export const useMakeApp = () =>
  useChange((body: Schema<'AppInput'>) => call('post', '/settings/apps/', { body }), programs, true)
export const useRotateApp = () => useChange((n: number) => call('post', '/settings/apps/{id}/rotate/', id(n)), programs)
export const useEndApp = () => useChange((n: number) => call('delete', '/settings/apps/{id}/', id(n)), programs)
export const useEndToken = () =>
  useChange((n: number) => call('delete', '/settings/apps/tokens/{id}/', id(n)), programs)
export const useEndGrant = () =>
  useChange(
    ({ app, grant }: { app: number; grant: number }) =>
      call('delete', '/settings/apps/{id}/grants/{grant}/', { params: { path: { id: app, grant } } }),
    programs,
  )

// --- webhooks ----------------------------------------------------------------------------

const hooks: QueryKey[] = [
  key('/settings/webhooks/'),
  key('/settings/webhooks/{id}/'),
  key('/settings/webhooks/{id}/deliveries/'),
]

type Paged<T> = { results: T[]; next: string | null }

/** usePages reads a list page by page; more goes on. */
function usePages<T>(
  queryKey: QueryKey,
  read: (after: string | undefined, signal: AbortSignal) => Promise<Paged<T>>,
  every?: number,
) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: last => last.next ?? undefined,
    refetchInterval: every,
  })
}

export const useWebhooks = () =>
  usePages<Webhook>(
    [...key('/settings/webhooks/'), 'pages'],
    (after, signal) => call('get', '/settings/webhooks/', { params: { query: { after } }, signal }),
    15_000,
  )
export const webhookQuery = (n: number) =>
  queryOptions({ ...query('/settings/webhooks/{id}/', id(n)), refetchInterval: 5_000 })
export type Outcome = Delivery['outcome']
export const useDeliveries = (n: number, outcome: Outcome | undefined) =>
  usePages<Delivery>(
    [...key('/settings/webhooks/{id}/deliveries/'), n, outcome],
    (after, signal) =>
      call('get', '/settings/webhooks/{id}/deliveries/', {
        params: { path: { id: n }, query: { after, outcome } },
        signal,
      }),
    5_000,
  )
export const payloadQuery = (n: number, event: number) => ({
  ...query('/settings/webhooks/{id}/events/{event}/payload/', { params: { path: { id: n, event } } }),
  staleTime: Number.POSITIVE_INFINITY,
})
export const useSaveWebhook = () =>
  useChange(
    ({ hook, body }: { hook: number; body: Schema<'WebhookInput'> }) =>
      call('patch', '/settings/webhooks/{id}/', { ...id(hook), body }),
    hooks,
    true,
  )
export const useMakeWebhook = () =>
  useChange((body: Schema<'WebhookInput'>) => call('post', '/settings/webhooks/', { body }), hooks, true)
export const useEndWebhook = () => useChange((n: number) => call('delete', '/settings/webhooks/{id}/', id(n)), hooks)
export const useRotateWebhook = () =>
  useChange((n: number) => call('post', '/settings/webhooks/{id}/rotate/', id(n)), hooks)
export const useTestWebhook = () =>
  useChange((n: number) => call('post', '/settings/webhooks/{id}/test/', id(n)), hooks)
export const useReplay = () =>
  useChange(
    ({ hook, body }: { hook: number; body: Schema<'ReplayInput'> }) =>
      call('post', '/settings/webhooks/{id}/replay/', { ...id(hook), body }),
    hooks,
  )

// --- audit log ---------------------------------------------------------------------------

export type AuditFilter = { account?: number; action?: string; from?: string; to?: string }
export const useAudit = (f: AuditFilter) =>
  usePages<AuditEntry>([...key('/settings/audit/'), f], (after, signal) =>
    call('get', '/settings/audit/', { params: { query: { ...f, after } }, signal }),
  )
/** exportAddress is where a browser fetches what a filter selects as CSV. */
export function exportAddress(f: AuditFilter): string {
  const q = new URLSearchParams()
  for (const [name, value] of Object.entries(f)) if (value !== undefined) q.set(name, String(value))
  return `/dashboard/api/settings/audit/export/?${q}`
}

// --- sessions ----------------------------------------------------------------------------

export type MySecurity = Answer<'/settings/sessions/', 'get'>
const sessions: QueryKey[] = [key('/settings/sessions/')]
export const useSessions = () => useQuery(query('/settings/sessions/'))
export const useEndSession = () => useChange((n: number) => call('delete', '/settings/sessions/{id}/', id(n)), sessions)
export const useEndOthers = () => useChange((_: null) => call('post', '/settings/sessions/end-others/'), sessions)
