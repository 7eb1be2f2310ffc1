import { Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { useMe } from '@/shared/me'
import { offerUndo, say, sayProblem } from '@/shared/notify'
import { type Change, stale, type Ticket, useChange } from './api'

/** useEdit changes fields of a ticket, offers the way back, and asks when somebody was faster. */
export function useEdit(ticket: Ticket) {
  const { t } = useTranslation()
  const me = useMe().user
  const change = useChange(ticket.id)

  const send = (what: Change, then?: () => void, sure = false) =>
    change.mutate(sure ? what : { ...what, seq: ticket.seq }, {
      onSuccess: then,
      onError: error => {
        if (!(error instanceof Problem)) return
        const other = stale(error)
        if (other) tellStale(other, () => send(what, then, true))
        else sayProblem(error)
      },
    })

  const undoable = (what: Change, back: Change, words: string) =>
    send(what, () => offerUndo(words, () => send(back, undefined, true)))

  return {
    busy: change.isPending,
    send,
    status(status: Ticket['status']) {
      if (status === ticket.status) return
      const words = t('ticket.did.status', { status: t(`common.status.${status}`) })
      undoable({ status }, { status: ticket.status }, words)
    },
    assign(id: number | null, name = '') {
      if ((ticket.assignee?.id ?? null) === id) {
        if (id === me.id) say(t('ticket.did.alreadyMine'))
        return
      }
      const words = id === null ? t('ticket.did.unassigned') : t('ticket.did.assigned', { name })
      undoable({ assignee: id ?? 0 }, { assignee: ticket.assignee?.id ?? 0 }, words)
    },
    toMe() {
      this.assign(me.id, me.name)
    },
  }
}

export type Edit = ReturnType<typeof useEdit>

/** tellStale names the field and both values, and lets the person decide. */
function tellStale(other: NonNullable<ReturnType<typeof stale>>, again: () => void) {
  const t = i18next.t.bind(i18next)
  const id = `stale-${Math.random()}`
  const value = (field: string, texts: string[]) =>
    texts
      .map(x => (field === 'status' ? t(`common.status.${x}`) : field === 'priority' ? t(`common.priority.${x}`) : x))
      .join(', ') || t('common.none')
  notifications.show({
    id,
    color: 'yellow',
    autoClose: false,
    title: t('ticket.stale.title', { name: other.by.join(', ') || t('common.unknownPerson') }),
    message: (
      <Stack gap="xs">
        {other.conflicts.map(c => (
          <Text key={c.field} size="sm">
            {t('ticket.stale.field', {
              field: t(`ticket.field.${c.field}`, { defaultValue: c.field }),
              value: value(c.field, c.to),
            })}
          </Text>
        ))}
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => notifications.hide(id)}>
            {t('ticket.stale.keep')}
          </Button>
          <Button
            size="compact-sm"
            onClick={() => {
              notifications.hide(id)
              again()
            }}
          >
            {t('ticket.stale.mine')}
          </Button>
        </Group>
      </Stack>
    ),
  })
}
