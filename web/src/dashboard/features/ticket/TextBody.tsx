import { Anchor, UnstyledButton } from '@mantine/core'
import { createContext, useContext, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import classes from './Ticket.module.css'
import { pieces } from './text'

/** OrderNumber is that of the order which the texts are about. */
export const OrderNumber = createContext('')

/** Words shows plain text whose addresses and ticket numbers are links. */
export function Words({ text }: { text: string }) {
  const order = useContext(OrderNumber)
  const list = useMemo(() => pieces(text, order), [text, order])
  return list.map((p, i) => {
    const at = i // the pieces of a text stay in their order
    switch (p.kind) {
      case 'url':
        return (
          <Anchor key={at} href={p.href} target="_blank" rel="noopener noreferrer nofollow" inherit underline="always">
            {p.text}
          </Anchor>
        )
      case 'mail':
        return (
          <Anchor key={at} href={p.href} inherit underline="always">
            {p.text}
          </Anchor>
        )
      case 'ticket':
        return (
          <PlaceLink key={at} to={places.ticket(Number(p.href))} inherit underline="always">
            {p.text}
          </PlaceLink>
        )
      default:
        return <span key={at}>{p.text}</span>
    }
  })
}

type Part = { folded: boolean; text: string; signature: boolean }

/** parts joins what is folded: a quote with the signature under it opens with one button. */
function parts(segments: Schema<'TimelineSegment'>[]): Part[] {
  const list: Part[] = []
  for (const s of segments) {
    const folded = s.kind !== 'new'
    const last = list.at(-1)
    if (last && last.folded === folded) {
      last.text += s.text
      last.signature &&= s.kind === 'signature'
    } else {
      list.push({ folded, text: s.text, signature: s.kind === 'signature' })
    }
  }
  const shown = list.filter(p => p.text.trim() !== '')
  return shown.some(p => !p.folded) ? shown : shown.map(p => ({ ...p, folded: false }))
}

/** TextBody is what somebody wrote, with what they quote folded. */
export function TextBody({ segments }: { segments: Schema<'TimelineSegment'>[] }) {
  const list = useMemo(() => parts(segments), [segments])
  return (
    <div className={classes.text}>
      {list.map((p, i) =>
        p.folded ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text stay in their order
          <Folded key={i} part={p} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text stay in their order
          <div key={i} className={classes.own}>
            <Words text={p.text.replace(/^[\r\n]+|\s+$/g, '')} />
          </div>
        ),
      )}
    </div>
  )
}

function Folded({ part }: { part: Part }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const id = useId()
  const what = part.signature ? t('ticket.quote.signature') : t('ticket.quote.quoted')
  return (
    <>
      <UnstyledButton
        className={classes.fold}
        aria-expanded={open}
        aria-controls={id}
        aria-label={open ? t('ticket.quote.hide', { what }) : t('ticket.quote.show', { what })}
        title={open ? t('ticket.quote.hide', { what }) : t('ticket.quote.show', { what })}
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden>•••</span>
      </UnstyledButton>
      <div id={id} className={classes.quoted} hidden={!open}>
        {open && <Words text={part.text.replace(/^[\r\n]+|\s+$/g, '')} />}
      </div>
    </>
  )
}
