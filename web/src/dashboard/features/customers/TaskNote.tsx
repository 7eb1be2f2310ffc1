import { Alert, Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { Time } from '@/shared/ui/Time'
import type { Customer } from './api'

/** TaskNote tells what is being done to a customer, or was, and how far it is. */
export function TaskNote({ customer: c }: { customer: Customer }) {
  const { t } = useTranslation()
  const merges = c.merged.filter(m => m.finished_at === null)
  if (!c.task && merges.length === 0) return null
  return (
    <Stack gap="xs" px="md" pb="sm" role="status">
      {c.task?.kind === 'merge' && (
        <Alert color="blue" title={t('customers.merge.into', { id: c.task.into })}>
          <How done={c.task.done} total={c.task.total} />
          <PlaceLink to={places.customer(c.task.into)} size="sm">
            {t('customers.merge.intoLink', { id: c.task.into })}
          </PlaceLink>
        </Alert>
      )}
      {c.task?.kind === 'erase' && (
        <Alert color="gray" title={t(c.task.finished_at ? 'customers.erase.done' : 'customers.erase.running')}>
          {c.task.finished_at ? <Time at={c.task.finished_at} /> : <How done={c.task.done} total={c.task.total} />}
        </Alert>
      )}
      {merges.map(m => (
        <Alert key={m.customer} color="blue" title={t('customers.merge.running', { id: m.customer })}>
          <How done={m.done} total={m.total} />
        </Alert>
      ))}
    </Stack>
  )
}

function How({ done, total }: { done: number; total: number }) {
  const { t } = useTranslation()
  const text = t('customers.merge.progress', { done: Math.min(done, total), total })
  return (
    <Stack gap={4}>
      <Text size="sm">{text}</Text>
      <Progress value={total ? (100 * Math.min(done, total)) / total : 100} animated aria-label={text} />
    </Stack>
  )
}
