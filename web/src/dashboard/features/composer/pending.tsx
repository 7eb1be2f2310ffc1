import { Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { queryClient } from '@/api/queryClient'
import { words } from '@/shared/notify'
import { type Draft, type Kind, myDrafts, refresh, undoSubmit } from './api'

/** Fate is what became of a reply that was on its way. */
export type Fate = { what: 'back'; draft: Draft } | { what: 'sent' } | { what: 'held'; why: string }

const waiting = new Set<string>()
const listeners = new Map<string, Set<(f: Fate) => void>>()
const name = (ticket: number, kind: Kind) => `${ticket}.${kind}`

export const isWaiting = (ticket: number, kind: Kind) => waiting.has(name(ticket, kind))

/** onFate calls back for what becomes of the replies to a ticket. */
export function onFate(ticket: number, kind: Kind, listen: (f: Fate) => void): () => void {
  const set = listeners.get(name(ticket, kind)) ?? new Set()
  listeners.set(name(ticket, kind), set.add(listen))
  return () => {
    set.delete(listen)
  }
}

function settle(ticket: number, kind: Kind, fate: Fate) {
  const id = name(ticket, kind)
  if (!waiting.delete(id)) return
  notifications.hide(`sending-${id}`)
  refresh(queryClient, ticket)
  const here = listeners.get(id)
  for (const l of here ?? []) l(fate)
  const away = !here?.size
  if (away && fate.what !== 'sent') {
    notifications.show({
      id: `fate-${id}`,
      position: 'top-center',
      color: fate.what === 'held' ? 'red' : undefined,
      autoClose: fate.what === 'held' ? false : 8000,
      title: i18next.t(`composer.fate.${fate.what}`, { id: ticket }),
      message: (
        <>
          {fate.what === 'held' && (
            <Text size="sm">{fate.why === 'answered_meanwhile' ? i18next.t('composer.fate.answered') : fate.why}</Text>
          )}
          <Anchor href={`/dashboard/tickets/${ticket}/`}>{i18next.t('composer.fate.open', { id: ticket })}</Anchor>
        </>
      ),
    })
  }
}

/** watch shows a reply that goes out at a time, with a button that takes it back. */
export function watch(ticket: number, kind: Kind, sendAt: string, seconds?: number) {
  const id = name(ticket, kind)
  // The clocks of the two machines may differ: what counts is how long from now.
  const until = Date.now() + (seconds ?? Math.min(10, Math.max(0, (Date.parse(sendAt) - Date.now()) / 1000))) * 1000
  waiting.add(id)
  notifications.show({
    id: `sending-${id}`,
    position: 'top-center', // not above what one writes next
    autoClose: false,
    withCloseButton: false,
    message: <Sending key={sendAt} ticket={ticket} kind={kind} until={until} />,
  })
}

function Sending({ ticket, kind, until }: { ticket: number; kind: Kind; until: number }) {
  const { t } = useTranslation()
  const [now, setNow] = useState(Date.now())
  const [busy, setBusy] = useState(false)
  const asking = useRef(false)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    if (left > 0 || busy) return
    const ask = async () => {
      if (asking.current) return
      asking.current = true
      try {
        const mine = (await myDrafts()).results.find(d => d.ticket === ticket && d.kind === kind)
        if (!mine) settle(ticket, kind, { what: 'sent' })
        else if (!mine.send_at) settle(ticket, kind, { what: 'held', why: mine.held })
      } catch {
        // asked again
      } finally {
        asking.current = false
      }
    }
    void ask()
    const timer = setInterval(ask, 1500)
    return () => clearInterval(timer)
  }, [left, busy, ticket, kind])
  const undo = async () => {
    setBusy(true)
    try {
      settle(ticket, kind, { what: 'back', draft: await undoSubmit(ticket, kind) })
    } catch (e) {
      setBusy(false)
      if (e instanceof Problem && e.status === 409) {
        settle(ticket, kind, { what: 'sent' })
        notifications.show({ color: 'yellow', message: t('composer.tooLate') })
      } else if (e instanceof Problem) notifications.show({ color: 'red', message: words(e) })
    }
  }
  return (
    <Stack gap={6}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          {left > 0 ? t('composer.sendingIn', { count: left, id: ticket }) : t('composer.sendingNow', { id: ticket })}
        </Text>
        <Button size="compact-sm" variant="light" onClick={undo} loading={busy}>
          {t('common.undo')}
        </Button>
      </Group>
      <Progress value={Math.min(100, ((until - now) / 10_000) * 100)} size="xs" aria-hidden />
    </Stack>
  )
}
