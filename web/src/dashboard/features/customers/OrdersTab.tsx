import { Button, Center, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { Time } from '@/shared/ui/Time'
import { useOrders } from './api'
import classes from './customers.module.css'

/** OrdersTab lists a customer's orders with where they stand. */
export function OrdersTab({ id }: { id: number }) {
  const { t } = useTranslation()
  const list = useOrders(id)
  const rows = list.data?.pages.flatMap(p => p.results) ?? []
  if (list.isPending) return <Loading rows={5} />
  if (list.isError && !list.data) return <ErrorNote error={list.error} retry={() => void list.refetch()} />
  if (rows.length === 0) return <Empty title={t('customers.noOrders')} text={t('customers.noOrdersText')} />
  return (
    <>
      <Table highlightOnHover verticalSpacing={6} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('customers.order.number')}</Table.Th>
            <Table.Th>{t('customers.order.status')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('customers.order.payment')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('customers.order.fulfillment')}</Table.Th>
            <Table.Th ta="right">{t('customers.order.total')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('customers.order.placed')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(o => (
            <Table.Tr key={o.number}>
              <Table.Td>
                <Text size="sm" fw={600} className={classes.wrap}>
                  {o.number}
                </Text>
              </Table.Td>
              <Table.Td className={classes.wrap}>{o.status}</Table.Td>
              <Table.Td visibleFrom="sm">{o.payment_status}</Table.Td>
              <Table.Td visibleFrom="sm">{o.fulfillment_status}</Table.Td>
              <Table.Td ta="right" className={classes.number}>
                {o.total} {o.currency}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Text size="xs" c="dimmed">
                  <Time at={o.placed_at} />
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
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
