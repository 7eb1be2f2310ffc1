import { Button, Group, Text } from '@mantine/core'
import type { NotificationData } from '@mantine/notifications'
import i18next from 'i18next'
import type { Problem } from '@/api/client'

// Notices are loaded when the first one is shown.
const show = (notice: NotificationData) => void import('@mantine/notifications').then(m => m.notifications.show(notice))
const hide = (id: string) => void import('@mantine/notifications').then(m => m.notifications.hide(id))

/** closing names the cross of a notice. */
const closing = () => ({ 'aria-label': i18next.t('common.close') })

/** say shows a short notice. */
export function say(message: string) {
  show({ message, autoClose: 4000, closeButtonProps: closing() })
}

/** words are a refusal for a person. */
export function words(p: Problem): string {
  const known = i18next.t(`common.problem.${p.code}`, { defaultValue: '' })
  const fields = Object.values(p.fields).flat().join(' ')
  return known || [p.message, fields].filter(Boolean).join(' ')
}

export function sayProblem(p: Problem) {
  if (p.status === 401) return // on the way to sign in
  show({
    id: `problem-${p.code}`,
    color: 'red',
    closeButtonProps: closing(),
    title: i18next.t('common.problem.title'),
    message: words(p),
    autoClose: 8000,
  })
}

/** offerUndo tells what was done, with a button that takes it back. */
export function offerUndo(message: string, undo: () => void, seconds = 10) {
  const id = `undo-${Math.random()}`
  show({
    id,
    autoClose: seconds * 1000,
    closeButtonProps: closing(),
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            hide(id)
            undo()
          }}
        >
          {i18next.t('common.undo')}
        </Button>
      </Group>
    ),
  })
  return id
}
