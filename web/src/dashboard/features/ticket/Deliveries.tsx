import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconClock, IconHelpCircle, IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Problem, type Schema } from '@/api/client'
import { confirm } from '@/shared/confirm'
import { sayProblem } from '@/shared/notify'
import { useRetry } from './api'
import classes from './Ticket.module.css'
import { When } from './When'

type Delivery = Schema<'TimelineDelivery'>

const icons = {
  queued: IconClock,
  sending: IconSend,
  accepted: IconCheck,
  deferred: IconClock,
  bounced: IconAlertTriangle,
  uncertain: IconHelpCircle,
  suppressed: IconAlertTriangle,
} satisfies Record<Delivery['state'], typeof IconCheck>

/** Deliveries tells what became of a mail at each address. */
export function Deliveries({ list, ticket }: { list: Delivery[]; ticket: number }) {
  const { t } = useTranslation()
  if (list.length === 0) return null
  return (
    <ul className={classes.deliveries} aria-label={t('ticket.delivery.list')}>
      {list.map(d => {
        const Icon = icons[d.state]
        const bad = d.state === 'bounced' || d.state === 'suppressed'
        return (
          <li key={`${d.mail} ${d.address}`} data-bad={bad || undefined}>
            <Icon size={14} aria-hidden />
            <span>{t(`ticket.delivery.${d.state}`, { address: d.address })}</span>
            <When at={d.at} narrow />
            {d.reason && d.state !== 'accepted' && <span>· {d.reason}</span>}
            {(bad || d.state === 'uncertain') && <Again delivery={d} ticket={ticket} />}
          </li>
        )
      })}
    </ul>
  )
}

/** Again sends a mail once more; where it may have arrived, it asks first. */
function Again({ delivery: d, ticket }: { delivery: Delivery; ticket: number }) {
  const { t } = useTranslation()
  const retry = useRetry(ticket)
  const go = async () => {
    const sure =
      d.state !== 'uncertain' ||
      (await confirm({
        title: t('ticket.delivery.again', { address: d.address }),
        text: t('ticket.delivery.twice'),
        action: t('ticket.delivery.retry'),
      }))
    if (sure) retry.mutate(d, { onError: e => e instanceof Problem && sayProblem(e) })
  }
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={retry.isPending}
      onClick={go}
      aria-label={t('ticket.delivery.again', { address: d.address })}
    >
      {t('ticket.delivery.retry')}
    </Button>
  )
}
