import { ActionIcon, Avatar, Badge, Button, Menu, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconArrowsSplit2, IconDots, IconFileSearch, IconLink, IconLock, IconMail } from '@tabler/icons-react'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { say } from '@/shared/notify'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { Attachments } from './Attachments'
import { Deliveries } from './Deliveries'
import type { Comment, Item } from './group'
import { MailFrame } from './MailFrame'
import { TextBody } from './TextBody'
import classes from './Ticket.module.css'
import { When } from './When'

type Props = {
  item: Item
  comment: Comment
  /** The ticket whose page this is. */
  ticket: number
  fresh: boolean
  onSplit: (comment: Comment) => void
  onOriginal: (mail: number) => void
}

/** CommentCard is what one person wrote. Internal notes differ by more than their colour. */
export const CommentCard = memo(function CommentCard({ item, comment: c, ticket, fresh, onSplit, onOriginal }: Props) {
  const { t } = useTranslation()
  const [asSent, setAsSent] = useState(false)
  const name = c.author.name || t('ticket.author.none')
  const internal = !c.public
  return (
    <article
      id={`comment-${c.id}`}
      className={classes.card}
      data-comment={c.id}
      data-by={c.author.kind}
      data-internal={internal || undefined}
      data-fresh={fresh || undefined}
      tabIndex={-1}
      aria-label={internal ? t('ticket.comment.internalBy', { name }) : t('ticket.comment.by', { name })}
    >
      <div className={classes.meta}>
        <Avatar
          name={name}
          color="initials"
          size={24}
          radius="xl"
          aria-hidden
          classNames={{ placeholder: classes.letters }}
        />
        <Text fw={650} size="sm">
          {name}
        </Text>
        {internal && (
          <span className={classes.internal}>
            <IconLock size={14} aria-hidden />
            {t('ticket.comment.internal')}
          </span>
        )}
        {c.author.kind === 'agent' && !internal && (
          <Text size="xs" c="dimmed">
            {t('ticket.author.agent')}
          </Text>
        )}
        {c.mail && <Sender mail={c.mail} />}
        {item.ticket !== ticket && (
          <Text size="xs">
            <PlaceLink to={places.ticket(item.ticket)} inherit underline="always">
              {t('ticket.comment.from', { id: item.ticket })}
            </PlaceLink>
          </Text>
        )}
        <a href={`#comment-${c.id}`} className={classes.when} data-end>
          <When at={item.at} />
        </a>
        <CommentMenu comment={c} ticket={item.ticket} onSplit={onSplit} onOriginal={onOriginal} />
      </div>
      {asSent && c.mail ? <MailFrame mail={c.mail.id} /> : <TextBody segments={c.segments} />}
      {c.cut && (
        <Text size="xs" c="dimmed" mt={6}>
          {t('ticket.comment.cut')}
        </Text>
      )}
      {c.mail?.html && (
        <Button size="compact-xs" variant="subtle" mt={8} aria-pressed={asSent} onClick={() => setAsSent(!asSent)}>
          {asSent ? t('ticket.mail.asText') : t('ticket.mail.show')}
        </Button>
      )}
      <Attachments files={c.attachments} />
      <Deliveries list={c.deliveries} ticket={item.ticket} />
    </article>
  )
})

/** Sender marks what came by mail, and warns where its domain disowns it. */
function Sender({ mail }: { mail: NonNullable<Comment['mail']> }) {
  const { t } = useTranslation()
  if (mail.dmarc === 'fail') {
    return (
      <Badge variant="light" color="red" size="sm" className={classes.verdict} title={t('ticket.mail.forgedText')}>
        {t('ticket.mail.forged')}
      </Badge>
    )
  }
  const label = t(mail.aligned ? 'ticket.mail.byVouched' : 'ticket.mail.by', { from: mail.from })
  return <IconMail size={14} role="img" aria-label={label} title={label} />
}

function CommentMenu({
  comment,
  ticket,
  onSplit,
  onOriginal,
}: {
  comment: Comment
  ticket: number
  onSplit: (c: Comment) => void
  onOriginal: (mail: number) => void
}) {
  const { t } = useTranslation()
  const clipboard = useClipboard()
  const [used, setUsed] = useState(false)
  const mail = comment.mail
  const button = (
    <ActionIcon size="sm" aria-label={t('ticket.comment.menu')} aria-haspopup="menu" onClick={() => setUsed(true)}>
      <IconDots size={16} aria-hidden />
    </ActionIcon>
  )
  // A hundred menus that nobody opens would be felt: each is made when it is first asked for.
  if (!used) return button
  return (
    <Menu position="bottom-end" withinPortal defaultOpened returnFocus>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconLink size={15} aria-hidden />}
          onClick={() => {
            clipboard.copy(`${location.origin}/dashboard${places.ticket(ticket)}#comment-${comment.id}`)
            say(t('common.copied'))
          }}
        >
          {t('ticket.comment.copyLink')}
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowsSplit2 size={15} aria-hidden />} onClick={() => onSplit(comment)}>
          {t('ticket.comment.split')}
        </Menu.Item>
        {mail && (
          <Menu.Item leftSection={<IconFileSearch size={15} aria-hidden />} onClick={() => onOriginal(mail.id)}>
            {t('ticket.mail.original')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
