import { Button, Group } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '@/shared/commands'
import { places } from '@/shared/paths'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { type Filters, useCustomers } from './api'
import { CustomerFilters } from './CustomerFilters'
import { CustomerTable } from './CustomerTable'

/** CustomersPage lists customers and leads; the address says what is looked for. */
export function CustomersPage() {
  const { t } = useTranslation()
  const filters: Filters = useSearch({ strict: false })
  const navigate = useNavigate()
  const list = useCustomers(filters)
  const rows = list.data?.results ?? []
  const box = useRef<HTMLInputElement>(null)
  const [at, setAt] = useState(-1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => setAt(-1), [list.data])
  const go = (next: Filters, replace = false) =>
    navigate({ to: places.customers, search: next, replace } as Parameters<typeof navigate>[0])
  const change = (part: Filters) => go({ ...filters, ...part, after: undefined }, 'q' in part)
  const group = t('customers.keys.group')
  const open = () => {
    const row = rows[at]
    if (row) void navigate({ to: places.customer(row.id) } as Parameters<typeof navigate>[0])
  }
  useCommand(
    { id: 'customers.search', label: t('customers.keys.search'), keys: '/', group, run: () => box.current?.focus() },
    {
      id: 'customers.next',
      label: t('customers.keys.next'),
      keys: 'j',
      group,
      keysOnly: true,
      run: () => setAt(n => Math.min(n + 1, rows.length - 1)),
    },
    {
      id: 'customers.previous',
      label: t('customers.keys.previous'),
      keys: 'k',
      group,
      keysOnly: true,
      run: () => setAt(n => Math.max(n - 1, 0)),
    },
    { id: 'customers.open', label: t('customers.keys.open'), keys: 'o', group, keysOnly: true, run: open },
  )
  const filtered = Object.entries(filters).some(([name, v]) => name !== 'after' && v)
  return (
    <>
      <PageHead title={t('customers.title')} />
      <CustomerFilters filters={filters} change={change} clear={filtered ? () => go({}) : undefined} box={box} />
      {list.isPending ? (
        <Loading height={40} />
      ) : list.isError && !list.data ? (
        <ErrorNote error={list.error} retry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Empty
          title={t(filtered ? 'customers.noMatch' : 'customers.nobody')}
          text={t(filtered ? 'customers.noMatchText' : 'customers.nobodyText')}
        />
      ) : (
        <CustomerTable rows={rows} at={at} />
      )}
      <Group justify="flex-end" p="md" gap="xs">
        {filters.after && (
          <Button variant="default" onClick={() => void go({ ...filters, after: undefined })}>
            {t('customers.start')}
          </Button>
        )}
        {list.data?.next && (
          <Button variant="default" onClick={() => void go({ ...filters, after: list.data?.next ?? undefined })}>
            {t('common.next')}
          </Button>
        )}
      </Group>
    </>
  )
}
