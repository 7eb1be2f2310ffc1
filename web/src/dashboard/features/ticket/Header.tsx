import { ActionIcon, Group, Menu, Text, TextInput, Tooltip, UnstyledButton } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import {
  IconArrowLeft,
  IconArrowMerge,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDots,
  IconLayoutSidebarRight,
  IconLink,
  IconPencil,
  IconUserPlus,
} from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/me'
import type { Neighbours } from '@/shared/neighbours'
import { say } from '@/shared/notify'
import { places } from '@/shared/paths'
import { Initials } from '@/shared/ui/Initials'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { StatusBadge } from '@/shared/ui/Status'
import type { Edit } from './actions'
import type { Here, Ticket } from './api'
import classes from './Ticket.module.css'

type Props = {
  ticket: Ticket
  edit: Edit
  here: Here[]
  list: Neighbours | null
  side: boolean
  onSide: () => void
  onMerge: () => void
  onBack: () => void
  onGo: (id: number) => void
}

/** Header names the ticket, says how it stands and who is here, and leads on. */
export function Header({ ticket, edit, here, list, side, onSide, onMerge, onBack, onGo }: Props) {
  const { t } = useTranslation()
  const clipboard = useClipboard()
  const copy = (text: string) => {
    clipboard.copy(text)
    say(t('common.copied'))
  }
  const number = `#${ticket.id}`
  return (
    <header className={classes.head}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <ActionIcon onClick={onBack} aria-label={t('ticket.head.back')} title={`${t('ticket.head.back')} (u)`} mt={3}>
          <IconArrowLeft size={18} aria-hidden />
        </ActionIcon>
        <Subject ticket={ticket} onSave={subject => edit.send({ subject })} />
        <Group gap={2} wrap="nowrap" mt={3}>
          {list && <Steps at={ticket.id} list={list} onGo={onGo} />}
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={t('ticket.head.more')}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconUserPlus size={15} aria-hidden />} onClick={() => edit.toMe()}>
                {t('ticket.key.toMe')}
              </Menu.Item>
              <Menu.Item leftSection={<IconArrowMerge size={15} aria-hidden />} onClick={onMerge}>
                {t('ticket.merge.open')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconLink size={15} aria-hidden />}
                onClick={() => copy(`${location.origin}/dashboard${places.ticket(ticket.id)}`)}
              >
                {t('ticket.head.copyLink')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconCopy size={15} aria-hidden />}
                onClick={() => copy(`${number} ${ticket.subject}`)}
              >
                {t('ticket.head.copyTitle')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <ActionIcon
            onClick={onSide}
            aria-expanded={side}
            aria-label={t('ticket.head.side')}
            title={`${t('ticket.head.side')} (])`}
          >
            <IconLayoutSidebarRight size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <Group gap="xs" mt={2} pl={{ base: 0, sm: 36 }}>
        <Tooltip label={t('ticket.head.copyNumber')}>
          <UnstyledButton
            fz="sm"
            c="dimmed"
            onClick={() => copy(number)}
            aria-label={t('ticket.head.number', { number })}
          >
            {number}
          </UnstyledButton>
        </Tooltip>
        <StatusBadge status={ticket.status} />
        {ticket.priority === 'high' && (
          <Text size="xs" fw={650}>
            {t('ticket.head.high')}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {t(`common.channel.${ticket.channel}`)}
        </Text>
        {ticket.merged_into && (
          <Text size="xs">
            {t('ticket.link.made.merged_into')}{' '}
            <PlaceLink to={places.ticket(ticket.merged_into.id)} inherit underline="always">
              #{ticket.merged_into.id} {ticket.merged_into.subject}
            </PlaceLink>
          </Text>
        )}
        <WhoIsHere here={here} />
      </Group>
    </header>
  )
}

function Steps({ at, list, onGo }: { at: number; list: Neighbours; onGo: (id: number) => void }) {
  const { t } = useTranslation()
  const i = list.ids.indexOf(at)
  if (i < 0 || list.ids.length < 2) return null
  const before = list.ids[i - 1]
  const after = list.ids[i + 1]
  return (
    <>
      <ActionIcon
        disabled={before === undefined}
        onClick={() => before !== undefined && onGo(before)}
        aria-label={t('ticket.head.before')}
      >
        <IconChevronUp size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        disabled={after === undefined}
        onClick={() => after !== undefined && onGo(after)}
        aria-label={t('ticket.head.after')}
      >
        <IconChevronDown size={18} aria-hidden />
      </ActionIcon>
    </>
  )
}

/** WhoIsHere tells who else looks at the ticket or writes. */
function WhoIsHere({ here }: { here: Here[] }) {
  const { t } = useTranslation()
  const words = (p: Here) => t(p.state === 'typing' ? 'ticket.here.typing' : 'ticket.here.viewing', { name: p.name })
  return (
    <div className={classes.here} aria-live="polite">
      {here.slice(0, 4).map(p => (
        <span key={p.id} className={classes.one} data-state={p.state}>
          <Initials name={p.name} size={22} />
          <span>{words(p)}</span>
        </span>
      ))}
      {here.length > 4 && <span>+{here.length - 4}</span>}
    </div>
  )
}

/** Subject is changed where it stands. */
function Subject({ ticket, onSave }: { ticket: Ticket; onSave: (subject: string) => void }) {
  const { t } = useTranslation()
  const store = useMe().store.name
  const [text, setText] = useState<string | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    document.title = `#${ticket.id} ${ticket.subject} · ${store}`
  }, [ticket.id, ticket.subject, store])
  const end = (save: boolean) => {
    const next = text?.trim() ?? ''
    setText(null)
    if (save && next && next !== ticket.subject) onSave(next)
    requestAnimationFrame(() => button.current?.focus())
  }
  if (text === null) {
    return (
      <h1 className={classes.subject}>
        <UnstyledButton
          ref={button}
          className={classes.subjectButton}
          onClick={() => setText(ticket.subject)}
          title={t('ticket.head.rename')}
        >
          {ticket.subject || t('ticket.head.noSubject')}
          <IconPencil size={13} className={classes.pencil} aria-hidden />
        </UnstyledButton>
      </h1>
    )
  }
  return (
    <Bare onSubmit={() => end(true)}>
      <TextInput
        aria-label={t('ticket.field.subject')}
        value={text}
        maxLength={500}
        data-autofocus
        autoFocus
        onChange={e => setText(e.currentTarget.value)}
        onBlur={() => text !== null && end(true)}
        onKeyDown={e => {
          if (e.key === 'Escape') {
            e.stopPropagation()
            end(false)
          }
        }}
      />
    </Bare>
  )
}

function Bare({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  return (
    <form
      className={classes.subject}
      onSubmit={e => {
        e.preventDefault()
        onSubmit()
      }}
    >
      {children}
    </form>
  )
}
