import { IconAlertTriangle, IconCheck, IconClock, IconHelpCircle, IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { Time } from '@/shared/ui/Time'
import classes from './Ticket.module.css'

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
export function Deliveries({ list }: { list: Delivery[] }) {
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
            <Time at={d.at} narrow />
            {d.reason && d.state !== 'accepted' && <span>· {d.reason}</span>}
          </li>
        )
      })}
    </ul>
  )
}
