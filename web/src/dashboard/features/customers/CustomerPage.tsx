import { Badge, Group, Tabs, Text } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '@/shared/commands'
import { say } from '@/shared/notify'
import { places } from '@/shared/paths'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { PlaceButton, PlaceLink } from '@/shared/ui/PlaceLink'
import { statuses } from '@/shared/ui/Status'
import { Time } from '@/shared/ui/Time'
import { type Customer, useBlock, useCustomer, useCustomerNews } from './api'
import { BlockDialog } from './BlockDialog'
import { ContactCard } from './ContactCard'
import { CustomerActions, type Deed } from './CustomerActions'
import classes from './customers.module.css'
import { DetailsTab } from './DetailsTab'
import { EraseDialog } from './EraseDialog'
import { MergeDialog } from './MergeDialog'
import { nameOf } from './names'
import { OrdersTab } from './OrdersTab'
import { TaskNote } from './TaskNote'
import { TicketsTab } from './TicketsTab'

/** CustomerPage is one customer: who they are, what they asked, what they bought. */
export function CustomerPage({ id }: { id: number }) {
  const found = useCustomer(id)
  useCustomerNews(id)
  if (found.isPending) return <Loading />
  if (!found.data) return <ErrorNote error={found.error} retry={() => void found.refetch()} />
  return <Profile customer={found.data} />
}

const tabs = ['tickets', 'orders', 'details'] as const

function Profile({ customer: c }: { customer: Customer }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const search: { tab?: string; status?: string } = useSearch({ strict: false })
  const [deed, setDeed] = useState<Deed | null>(null)
  const unblock = useBlock(c.id)
  const readOnly = c.task !== null
  const first = c.can_see_tickets ? 'tickets' : 'orders'
  const tab = tabs.find(x => x === search.tab) ?? first
  const show = (next: typeof search) =>
    navigate({ to: places.customer(c.id), search: next, replace: true } as Parameters<typeof navigate>[0])
  const run = (d: Deed) => {
    if (d !== 'unblock') return setDeed(d)
    unblock.mutate({ blocked: false, mail: false }, { onSuccess: () => say(t('customers.block.undone')) })
  }
  const group = t('customers.keys.group')
  useCommand(
    !readOnly &&
      c.can_see_tickets && {
        id: 'customer.newTicket',
        label: t('customers.keys.newTicket'),
        keys: 'c',
        group,
        run: () => void navigate({ to: places.newTicket, search: { requester: c.id } }),
      },
    !readOnly && {
      id: 'customer.merge',
      label: t('customers.keys.merge'),
      keys: '#',
      group,
      run: () => setDeed('merge'),
    },
  )
  const close = () => setDeed(null)
  const actions = useRef<HTMLButtonElement>(null)
  const dialog = { close, closed: () => actions.current?.focus() }
  const counts = {
    tickets: c.can_see_tickets ? statuses.reduce((n, s) => n + c.tickets[s], 0) : 0,
    orders: c.orders_known,
    details: 0,
  }
  return (
    <>
      <Text px="md" pt="sm" size="sm">
        <PlaceLink to={places.customers}>{t('customers.back')}</PlaceLink>
      </Text>
      <PageHead title={nameOf(t, c)}>
        <Badge variant="default">{t(`customers.types.${c.type}`)}</Badge>
        {c.blocked && (
          <Badge color="red" variant="light">
            {t('customers.blocked')}
          </Badge>
        )}
        {c.can_see_tickets && !readOnly && (
          <PlaceButton to={places.newTicket} search={{ requester: c.id }}>
            {t('customers.newTicket')}
          </PlaceButton>
        )}
        <CustomerActions customer={c} readOnly={readOnly} run={run} button={actions} />
      </PageHead>
      <Summary customer={c} />
      <TaskNote customer={c} />
      <div className={classes.page}>
        <Tabs
          value={tab}
          onChange={v => void show({ tab: v === first ? undefined : (v ?? undefined) })}
          keepMounted={false}
        >
          <Tabs.List>
            {tabs.map(x => (
              <Tabs.Tab key={x} value={x}>
                {t(`customers.tab.${x}`)}
                {counts[x] > 0 && (
                  <Text span size="xs" c="dimmed" ml={6}>
                    {counts[x]}
                  </Text>
                )}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="tickets">
            {c.can_see_tickets ? (
              <TicketsTab
                customer={c}
                status={statuses.find(s => s === search.status)}
                choose={status => void show({ ...search, status })}
              />
            ) : (
              <Text p="md" size="sm">
                {t('customers.ticketsForbidden')}
              </Text>
            )}
          </Tabs.Panel>
          <Tabs.Panel value="orders">
            <OrdersTab id={c.id} />
          </Tabs.Panel>
          <Tabs.Panel value="details">
            <DetailsTab customer={c} readOnly={readOnly} />
          </Tabs.Panel>
        </Tabs>
        <ContactCard customer={c} readOnly={readOnly} />
      </div>
      <MergeDialog customer={c} opened={deed === 'merge'} {...dialog} />
      <BlockDialog id={c.id} opened={deed === 'block'} {...dialog} />
      <EraseDialog customer={c} opened={deed === 'erase'} {...dialog} />
    </>
  )
}

/** Summary is a customer in one line. */
function Summary({ customer: c }: { customer: Customer }) {
  const { t } = useTranslation()
  const open = c.tickets.new + c.tickets.open + c.tickets.pending
  return (
    <Group px="md" pb="sm" gap="md">
      <Text size="sm" c="dimmed">
        {t('customers.joined')} <Time at={c.joined_at} />
      </Text>
      <Text size="sm" c="dimmed">
        {t('customers.ordersCount', { count: c.orders_count })}
      </Text>
      <Text size="sm" c="dimmed">
        {t('customers.spent')} {c.total_spent}
      </Text>
      {open > 0 && (
        <Text size="sm" fw={600}>
          {t('customers.openCount', { count: open })}
        </Text>
      )}
    </Group>
  )
}
