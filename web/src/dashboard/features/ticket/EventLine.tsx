import { UnstyledButton } from '@mantine/core'
import { Fragment, memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { joined, listChange, type Row } from './group'
import classes from './Ticket.module.css'
import { When } from './When'

const FOLDED = 4 // changes shown before the rest is folded

/** EventLine tells on a thin line what somebody did. */
export const EventLine = memo(function EventLine({ row }: { row: Extract<Row, { kind: 'events' }> }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const first = row.items[0]!
  const { actor, type, reason } = first.event
  const changes = joined(row.items)
  const name = actor.name || t(`ticket.actor.${actor.kind}`)
  const shown = open ? changes : changes.slice(0, FOLDED)
  if (changes.length === 0 && type === 'ticket.updated') return null
  return (
    <div className={classes.event}>
      <b>{name}</b>
      {type === 'ticket.created' && <span>{t('ticket.event.created')}</span>}
      {type === 'ticket.imported' && <span>{t('ticket.event.imported')}</span>}
      {shown.map((c, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field may have changed more than once
        <span key={i}>
          <Changed change={c} />
        </span>
      ))}
      {changes.length > shown.length && (
        <UnstyledButton fz="inherit" td="underline" onClick={() => setOpen(true)}>
          {t('ticket.event.more', { count: changes.length - shown.length })}
        </UnstyledButton>
      )}
      {reason && <span>· {reason}</span>}
      <span className={classes.when}>
        <When at={row.items.at(-1)!.item.at} narrow />
      </span>
    </div>
  )
})

const lists = ['tags', 'products']
const links = ['merged', 'merged_into', 'split', 'split_from', 'linked']

/** Changed is one field's step. */
function Changed({ change: c }: { change: Schema<'FieldChange'> }) {
  const { t, i18n } = useTranslation()
  const known = i18n.exists(`ticket.field.${c.field}`)
  const label = known ? t(`ticket.field.${c.field}`) : c.field
  const value = (texts: string[]) => {
    const say = (x: string) =>
      c.field === 'status' ? t(`common.status.${x}`) : c.field === 'priority' ? t(`common.priority.${x}`) : x
    return texts.map(say).join(', ')
  }
  if (links.includes(c.field)) {
    const done = c.to.length > 0
    return (
      <>
        {t(`ticket.link.${done ? 'made' : 'undone'}.${c.field}`)}{' '}
        {(done ? c.to : c.from).map(id => (
          <Fragment key={id}>
            <PlaceLink to={places.ticket(Number(id))} inherit underline="always">
              #{id}
            </PlaceLink>{' '}
          </Fragment>
        ))}
      </>
    )
  }
  if (lists.includes(c.field)) {
    const { added, removed } = listChange(c)
    return (
      <>
        {label}: {added.length > 0 && <b>+ {added.join(', ')}</b>}{' '}
        {removed.length > 0 && (
          <s>
            <span className="visually-hidden">{t('ticket.event.removed')} </span>
            {removed.join(', ')}
          </s>
        )}
      </>
    )
  }
  return (
    <>
      {label}: {c.from.length > 0 && <>{value(c.from)} → </>}
      <b>{c.to.length > 0 ? value(c.to) : t('common.none')}</b>
    </>
  )
}
