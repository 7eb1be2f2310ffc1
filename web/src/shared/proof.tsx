import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { call, Problem, query } from '@/api/client'
import { useMe } from './me'
import { words } from './notify'
import { Loading } from './ui/Loading'

let answer: ((proved: boolean) => void) | null = null
const listeners = new Set<() => void>()
const change = (next: typeof answer) => {
  answer = next
  for (const l of listeners) l()
}

/**
 * proved does something delicate. Where the server wants a recent proof of who one is, it
 * asks for that, and does it again: what was typed stays where it is.
 */
export async function proved<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (e) {
    if (!(e instanceof Problem) || e.code !== 'confirm') throw e
    const yes = await new Promise<boolean>(resolve => {
      answer?.(false) // one question at a time
      change(resolve)
    })
    if (!yes) throw e
    return run()
  }
}

/** ProofHost asks; the shell has one. */
export function ProofHost() {
  const { t } = useTranslation()
  const open = useSyncExternalStore(
    l => {
      listeners.add(l)
      return () => listeners.delete(l)
    },
    () => answer !== null,
  )
  const end = (yes: boolean) => {
    const tell = answer
    change(null)
    tell?.(yes)
  }
  return (
    <Modal
      closeButtonProps={{ 'aria-label': t('common.close') }}
      opened={open}
      onClose={() => end(false)}
      title={t('proof.title')}
      zIndex={400}
    >
      {open && <Ask done={() => end(true)} cancel={() => end(false)} />}
    </Modal>
  )
}

function Ask({ done, cancel }: { done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const mine = useQuery(query('/settings/sessions/'))
  const [password, setPassword] = useState('')
  const confirm = useMutation({
    mutationFn: () => call('post', '/settings/sessions/confirm/', { body: { password } }),
    meta: { quiet: true },
    onSuccess: done,
  })
  if (mine.isPending) return <Loading rows={3} />
  if (!mine.data?.has_password) {
    const back = encodeURIComponent(location.pathname + location.search)
    return (
      <Stack>
        <Text size="sm">{t('proof.elsewhere')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {t('common.cancel')}
          </Button>
          <Button component="a" href={`/dashboard/account/confirm/?next=${back}`}>
            {t('proof.go')}
          </Button>
        </Group>
      </Stack>
    )
  }
  const problem = confirm.error instanceof Problem ? confirm.error : null
  const wrong = problem?.fields.password?.join(' ')
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        confirm.mutate()
      }}
    >
      <Stack>
        <Text size="sm">{t('proof.text')}</Text>
        {problem && !wrong && <Alert color="red">{words(problem)}</Alert>}
        <input type="hidden" name="username" autoComplete="username" value={me.email} />
        <PasswordInput
          label={t('proof.password')}
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={e => setPassword(e.currentTarget.value)}
          error={wrong}
          visibilityToggleButtonProps={{ 'aria-label': t('proof.show') }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={confirm.isPending}>
            {t('common.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
