import { Button, Center, Group, SegmentedControl, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { places } from '@/shared/paths'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { type Status, StatusBadge, statuses } from '@/shared/ui/Status'
import { Time } from '@/shared/ui/Time'
import { type Customer, useTickets } from './api'
import classes from './customers.module.css'

type Props = { customer: Customer; status?: Status; choose: (s: Status | undefined) => void }

/** TicketsTab lists a customer's tickets, by status. */
export function TicketsTab({ customer, status, choose }: Props) {
  const { t } = useTranslation()
  const all = statuses.reduce((n, s) => n + customer.tickets[s], 0)
  const list = useTickets(customer.id, status)
  const rows = list.data?.pages.flatMap(p => p.results) ?? []
  if (all === 0) return <Empty title={t('customers.noTickets')} text={t('customers.noTicketsText')} />
  return (
    <>
      <Group className={classes.scroll} wrap="nowrap" py="sm">
        <SegmentedControl
          size="xs"
          aria-label={t('customers.ticket.status')}
          value={status ?? 'all'}
          onChange={v => choose(statuses.find(s => s === v))}
          data={[
            { value: 'all', label: `${t('customers.status.all')} ${all}` },
            ...statuses
              .filter(s => customer.tickets[s] > 0 || s === status)
              .map(s => ({ value: s, label: `${t(`common.status.${s}`)} ${customer.tickets[s]}` })),
          ]}
        />
      </Group>
      {list.isPending ? (
        <Loading rows={5} />
      ) : list.isError && !list.data ? (
        <ErrorNote error={list.error} retry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title={t('customers.noTicketsOf')} />
      ) : (
        <Table highlightOnHover verticalSpacing={6} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('customers.ticket.subject')}</Table.Th>
              <Table.Th w={100}>{t('customers.ticket.status')}</Table.Th>
              <Table.Th w={110} visibleFrom="sm">
                {t('customers.ticket.order')}
              </Table.Th>
              <Table.Th w={120} visibleFrom="sm">
                {t('customers.ticket.updated')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(r => (
              <Table.Tr key={r.id}>
                <Table.Td className={classes.who}>
                  <Group gap={6} wrap="nowrap">
                    <Text size="xs" c="dimmed">
                      #{r.id}
                    </Text>
                    <PlaceLink to={places.ticket(r.id)} size="sm" truncate>
                      {r.subject}
                    </PlaceLink>
                  </Group>
                </Table.Td>
                <Table.Td>
                  <StatusBadge status={r.status} />
                </Table.Td>
                <Table.Td visibleFrom="sm">{r.order || '–'}</Table.Td>
                <Table.Td visibleFrom="sm">
                  <Text size="xs" c="dimmed">
                    <Time at={r.updated_at} />
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {list.hasNextPage && (
        <Center pt="sm">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('customers.more')}
          </Button>
        </Center>
      )}
    </>
  )
}
