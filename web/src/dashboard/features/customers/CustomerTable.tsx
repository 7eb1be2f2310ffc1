import { Badge, Group, Stack, Table, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { StatusDot } from '@/shared/ui/Status'
import { Time } from '@/shared/ui/Time'
import type { CustomerRow } from './api'
import classes from './customers.module.css'
import { nameOf } from './names'

/** CustomerTable shows customers, one a row; at is the row that keys have walked to. */
export function CustomerTable({ rows, at }: { rows: CustomerRow[]; at: number }) {
  const { t } = useTranslation()
  return (
    <Table highlightOnHover verticalSpacing={6} horizontalSpacing="md" className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('customers.column.customer')}</Table.Th>
          <Table.Th visibleFrom="md" ta="right" w={90}>
            {t('customers.column.orders')}
          </Table.Th>
          <Table.Th visibleFrom="md" ta="right" w={120}>
            {t('customers.column.spent')}
          </Table.Th>
          <Table.Th ta="right" w={120}>
            {t('customers.column.open')}
          </Table.Th>
          <Table.Th visibleFrom="sm" className={classes.lastHead}>
            {t('customers.column.last')}
          </Table.Th>
          <Table.Th visibleFrom="lg" w={140}>
            {t('customers.column.joined')}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row, i) => (
          <Row key={row.id} row={row} here={i === at} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Row({ row, here }: { row: CustomerRow; here: boolean }) {
  const { t } = useTranslation()
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (here) link.current?.focus()
  }, [here])
  const last = row.last_ticket
  return (
    <Table.Tr data-here={here || undefined}>
      <Table.Td className={classes.who}>
        <Stack gap={0}>
          <Group gap={6} wrap="nowrap">
            <PlaceLink ref={link} to={places.customer(row.id)} fw={600} size="sm" truncate>
              {nameOf(t, row)}
            </PlaceLink>
            {row.type === 'lead' && (
              <Badge size="xs" variant="default" className={classes.mark}>
                {t('customers.types.lead')}
              </Badge>
            )}
            {row.blocked && (
              <Badge size="xs" color="red" variant="light" className={classes.mark}>
                {t('customers.blocked')}
              </Badge>
            )}
          </Group>
          {row.name && row.email && (
            <Text size="xs" c="dimmed" truncate>
              {row.email}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td visibleFrom="md" ta="right">
        {row.orders}
      </Table.Td>
      <Table.Td visibleFrom="md" ta="right" className={classes.number}>
        {row.spent}
      </Table.Td>
      <Table.Td ta="right">
        {row.open_tickets >= 100 ? t('customers.openOrMore', { count: 100 }) : row.open_tickets || '–'}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.last}>
        {last && (
          <Group gap={6} wrap="nowrap">
            <span className={classes.mark}>
              <StatusDot status={last.status} />
            </span>
            {last.subject ? (
              <PlaceLink to={places.ticket(last.id)} size="sm" truncate>
                {last.subject}
              </PlaceLink>
            ) : (
              <Text size="sm">#{last.id}</Text>
            )}
            <Text size="xs" c="dimmed" className={classes.time}>
              <Time at={last.updated_at} narrow />
            </Text>
          </Group>
        )}
      </Table.Td>
      <Table.Td visibleFrom="lg">
        <Text size="xs" c="dimmed">
          <Time at={row.joined_at} />
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
