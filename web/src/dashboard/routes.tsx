import { Center, Stack, Text, Title } from '@mantine/core'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { queryClient } from '@/api/queryClient'
import { texts, worded } from '@/i18n'
import { meQuery } from '@/shared/me'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { Shell } from './Shell'
import { settingsNav } from './settingsNav'
import { settingsPages } from './settingsPages'

// Every place of the dashboard, and which feature shows it. Pages are loaded when they are
// first gone to; where a page shows a part of another feature, it is handed in here.

const root = createRootRoute({
  component: Shell,
  beforeLoad: () => queryClient.ensureQueryData(meQuery()),
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ErrorNote error={error} retry={reset} />,
  pendingComponent: () => <Loading />,
})

const StartPage = lazy(() => import('./features/start/StartPage').then(m => ({ default: m.StartPage })))
const Checklist = lazy(worded(() => import('./features/checklist/Checklist').then(m => ({ default: m.Checklist }))))
const TicketPage = lazy(worded(() => import('./features/ticket/TicketPage').then(m => ({ default: m.TicketPage }))))
const Composer = lazy(worded(() => import('./features/composer/Composer').then(m => ({ default: m.Composer }))))
const NewTicketPage = lazy(
  worded(() => import('./features/composer/NewTicketPage').then(m => ({ default: m.NewTicketPage }))),
)
const CustomerPage = lazy(
  worded(() => import('./features/customers/CustomerPage').then(m => ({ default: m.CustomerPage }))),
)

const SettingsIndex = lazy(
  worded(() => import('./features/settings/SettingsIndex').then(m => ({ default: m.SettingsIndex }))),
)
const SettingsFrame = lazy(
  worded(() => import('./features/settings/SettingsFrame').then(m => ({ default: m.SettingsFrame }))),
)

const text = (v: unknown) => (typeof v === 'string' || typeof v === 'number' ? String(v) : undefined)

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: () => (
    <Suspense fallback={<Loading />}>
      <StartPage
        checklist={
          <Suspense fallback={null}>
            <Checklist />
          </Suspense>
        }
      />
    </Suspense>
  ),
})

/** What the address of the ticket list says: the view, the search, the order, the place. */
export type ListSearch = { view?: string; q?: string; order?: string; after?: string; before?: string }

const tickets = createRoute({
  getParentRoute: () => root,
  path: '/tickets/',
  validateSearch: (s): ListSearch => ({
    view: text(s.view),
    q: text(s.q),
    order: text(s.order),
    after: text(s.after),
    before: text(s.before),
  }),
  component: lazyRouteComponent(() => import('./features/tickets/TicketsPage'), 'TicketsPage'),
})

const newTicket = createRoute({
  getParentRoute: () => root,
  path: '/tickets/new/',
  validateSearch: (s): { order?: string; requester?: number } => ({
    order: text(s.order),
    requester: Number(s.requester) || undefined,
  }),
  component: function New() {
    const { order, requester } = newTicket.useSearch()
    return (
      <Suspense fallback={<Loading />}>
        <NewTicketPage order={order} requester={requester} />
      </Suspense>
    )
  },
})

const ticket = createRoute({
  getParentRoute: () => root,
  path: '/tickets/$id/',
  // Begun when a hand nears a link, and waited for by nobody.
  loader: ({ params }) => {
    void import('./features/ticket/TicketPage')
    void import('./features/composer/Composer')
    void texts()
    void import('./features/ticket/api').then(m => queryClient.prefetchQuery(m.ticketQuery(Number(params.id))))
  },
  component: function Ticket() {
    const id = Number(ticket.useParams().id)
    if (!Number.isSafeInteger(id) || id <= 0) return <NotFound />
    return (
      <Suspense fallback={<Loading />}>
        <TicketPage
          key={id}
          id={id}
          composer={
            <Suspense fallback={<Loading rows={2} />}>
              <Composer key={id} ticketId={id} />
            </Suspense>
          }
        />
      </Suspense>
    )
  },
})

const mails = createRoute({
  getParentRoute: () => root,
  path: '/mails/',
  component: lazyRouteComponent(
    worded(() => import('./features/mails/MailsPage')),
    'MailsPage',
  ),
})

/** What the address of the list of customers says. */
export type CustomerSearch = Partial<
  Record<'q' | 'type' | 'language' | 'blocked' | 'joined_from' | 'joined_to' | 'after', string>
>

const customers = createRoute({
  getParentRoute: () => root,
  path: '/customers/',
  validateSearch: (s): CustomerSearch => ({
    q: text(s.q),
    type: text(s.type),
    language: text(s.language),
    blocked: typeof s.blocked === 'boolean' ? String(s.blocked) : text(s.blocked),
    joined_from: text(s.joined_from),
    joined_to: text(s.joined_to),
    after: text(s.after),
  }),
  component: lazyRouteComponent(
    worded(() => import('./features/customers/CustomersPage')),
    'CustomersPage',
  ),
})

const customer = createRoute({
  getParentRoute: () => root,
  path: '/customers/$id/',
  validateSearch: (s): { tab?: string; status?: string } => ({ tab: text(s.tab), status: text(s.status) }),
  component: function Customer() {
    const id = Number(customer.useParams().id)
    return (
      <Suspense fallback={<Loading />}>
        <CustomerPage key={id} id={id} />
      </Suspense>
    )
  },
})

const macros = createRoute({
  getParentRoute: () => root,
  path: '/macros/',
  component: lazyRouteComponent(
    worded(() => import('./features/macros/MacrosPage')),
    'MacrosPage',
  ),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings/',
  component: () => (
    <Suspense fallback={<Loading />}>
      <SettingsIndex sections={settingsNav} />
    </Suspense>
  ),
})

const setting = createRoute({
  getParentRoute: () => root,
  path: '/settings/$section/',
  component: function Setting() {
    const { section } = setting.useParams()
    const Page = settingsPages[section]
    if (!Page) return <NotFound />
    return (
      <Suspense fallback={<Loading />}>
        <SettingsFrame sections={settingsNav} at={section}>
          <Suspense key={section} fallback={<Loading />}>
            <Page />
          </Suspense>
        </SettingsFrame>
      </Suspense>
    )
  },
})

function NotFound() {
  const { t } = useTranslation()
  return (
    <Center py="xl">
      <Stack align="center">
        <Title order={1}>{t('shell.notFound')}</Title>
        <Text c="dimmed">{t('shell.notFoundText')}</Text>
      </Stack>
    </Center>
  )
}

export const router = createRouter({
  basepath: '/dashboard',
  routeTree: root.addChildren([
    start,
    tickets,
    newTicket,
    ticket,
    mails,
    customers,
    customer,
    macros,
    settings,
    setting,
  ]),
  trailingSlash: 'always',
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
