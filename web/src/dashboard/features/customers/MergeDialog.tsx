import {
  Alert,
  Button,
  Card,
  Group,
  List,
  Modal,
  Select,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Schema } from '@/api/client'
import { say, words } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { type Customer, type CustomerRow, useCustomers, useMerge, useMergePreview } from './api'
import { nameOf } from './names'

type Props = { customer: Customer; opened: boolean; close: () => void; closed: () => void }

/** MergeDialog gives another customer's all to this one, after showing what that does. */
export function MergeDialog({ customer, opened, close, closed }: Props) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={opened}
      onClose={close}
      onExitTransitionEnd={closed}
      returnFocus={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t('customers.merge.title')}
      size="lg"
    >
      {opened && <Body customer={customer} close={close} />}
    </Modal>
  )
}

function Body({ customer, close }: Omit<Props, 'opened' | 'closed'>) {
  const { t } = useTranslation()
  const [from, setFrom] = useState<CustomerRow | null>(null)
  const [typed, setTyped] = useState('')
  const preview = useMergePreview(customer.id, from?.id ?? null)
  const merge = useMerge(customer.id)
  const p = preview.data
  const problem = merge.error instanceof Problem ? merge.error : null
  const wrong = problem?.fields.confirmation?.join(' ')
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (!from) return
    merge.mutate(
      { from: from.id, confirmation: typed },
      {
        onSuccess: () => {
          say(t('customers.merge.begun'))
          close()
        },
      },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{t('customers.merge.intro', { name: nameOf(t, customer) })}</Text>
        <Pick
          not={customer.id}
          value={from}
          choose={row => {
            setFrom(row)
            setTyped('')
            merge.reset()
          }}
        />
        {from && preview.isPending && <Loading rows={4} />}
        {from && preview.isError && <ErrorNote error={preview.error} />}
        {from && p && (
          <>
            <Preview p={p} />
            <Alert color="orange">{t('customers.merge.final')}</Alert>
            <TextInput
              label={t('customers.merge.confirm', { word: p.confirmation })}
              autoComplete="off"
              value={typed}
              error={wrong}
              onChange={e => setTyped(e.currentTarget.value)}
            />
          </>
        )}
        {problem && !wrong && <Alert color="red">{words(problem)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button
            type="submit"
            color="red"
            loading={merge.isPending}
            disabled={!p || !from || typed.trim().toLowerCase() !== p.confirmation.toLowerCase()}
          >
            {t('customers.merge.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Pick({
  not,
  value,
  choose,
}: {
  not: number
  value: CustomerRow | null
  choose: (r: CustomerRow | null) => void
}) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed, 200)
  const label = (r: CustomerRow) => [nameOf(t, r), r.name ? r.email : '', `#${r.id}`].filter(Boolean).join(' · ')
  const chosen = value ? label(value) : ''
  const found = (useCustomers({ q: q === chosen ? '' : q }).data?.results ?? []).filter(r => r.id !== not).slice(0, 20)
  const all = value && !found.some(r => r.id === value.id) ? [value, ...found] : found
  return (
    <Select
      label={t('customers.merge.pick')}
      placeholder={t('customers.merge.pickHint')}
      data-autofocus
      searchable
      clearable
      nothingFoundMessage={t('common.nothing')}
      filter={({ options }) => options}
      data={all.map(r => ({ value: String(r.id), label: label(r) }))}
      value={value ? String(value.id) : null}
      onSearchChange={setTyped}
      onChange={v => choose(all.find(r => String(r.id) === v) ?? null)}
    />
  )
}

function Preview({ p }: { p: Schema<'CustomerMerge'> }) {
  const { t } = useTranslation()
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {(['stays', 'goes'] as const).map(role => {
          const who = role === 'stays' ? p.into : p.from
          return (
            <Card key={role} withBorder padding="sm">
              <Text size="xs" c="dimmed">
                {t(`customers.merge.${role}`)}
              </Text>
              <Text fw={600} truncate>
                {who.name || t('customers.nameless', { id: who.id })}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {[who.email, `#${who.id}`].filter(Boolean).join(' · ')}
              </Text>
            </Card>
          )
        })}
      </SimpleGrid>
      <Stack gap={4}>
        <Text fw={600} size="sm">
          {t('customers.merge.moves')}
        </Text>
        <List size="sm">
          <List.Item>{t('customers.merge.tickets', { count: p.tickets })}</List.Item>
          <List.Item>{t('customers.merge.orders', { count: p.orders })}</List.Item>
          <List.Item>
            {p.addresses.length
              ? t('customers.merge.addresses', { list: p.addresses.join(', ') })
              : t('customers.merge.noAddresses')}
          </List.Item>
        </List>
      </Stack>
      {p.conflicts.length > 0 && (
        <Table withTableBorder verticalSpacing={4} captionSide="top">
          <Table.Caption>{t('customers.merge.conflicts')}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('customers.merge.field')}</Table.Th>
              <Table.Th>{t('customers.merge.kept')}</Table.Th>
              <Table.Th>{t('customers.merge.lost')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {p.conflicts.map(c => (
              <Table.Tr key={c.field}>
                <Table.Th>{t(`customers.merge.fields.${c.field}`)}</Table.Th>
                <Table.Td>
                  <Value v={c.kept} />
                </Table.Td>
                <Table.Td>
                  <Value v={c.lost} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  )
}

function Value({ v }: { v: string }) {
  const { t } = useTranslation()
  const text = v === 'yes' ? t('customers.yes') : v === 'no' ? t('customers.no') : v
  return (
    <Text size="sm" lineClamp={3}>
      {text || '–'}
    </Text>
  )
}
