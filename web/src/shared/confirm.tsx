import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

type Question = {
  title: string
  text?: string
  /** What the button says: the deed, not "OK". */
  action: string
  danger?: boolean
  /** To be typed before the button works. */
  type?: { label: string; word: string }
}
type Asked = Question & { answer: (yes: boolean) => void }

let asked: Asked | null = null
const listeners = new Set<() => void>()
const change = (next: Asked | null) => {
  asked = next
  for (const l of listeners) l()
}

/** confirm asks before something that is hard to take back. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise(resolve => {
    change({
      ...question,
      answer: yes => {
        change(null)
        resolve(yes)
      },
    })
  })
}

/** ConfirmHost shows the questions; the shell has one. */
export function ConfirmHost() {
  const { t } = useTranslation()
  const q = useSyncExternalStore(
    l => {
      listeners.add(l)
      return () => listeners.delete(l)
    },
    () => asked,
  )
  return (
    <Modal
      closeButtonProps={{ 'aria-label': t('common.close') }}
      zIndex={300}
      opened={q !== null}
      onClose={() => q?.answer(false)}
      title={q?.title}
    >
      {q && <Body q={q} />}
    </Modal>
  )
}

function Body({ q }: { q: Asked }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        q.answer(true)
      }}
    >
      <Stack>
        {q.text && <Text size="sm">{q.text}</Text>}
        {q.type && (
          <TextInput
            label={q.type.label}
            value={typed}
            onChange={e => setTyped(e.currentTarget.value)}
            autoComplete="off"
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => q.answer(false)}>
            {t('common.cancel')}
          </Button>
          <Button
            type="submit"
            color={q.danger ? 'red' : undefined}
            disabled={q.type && typed.trim() !== q.type.word}
            data-autofocus
          >
            {q.action}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
