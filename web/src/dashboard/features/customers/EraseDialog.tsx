import { Alert, Anchor, Button, Group, List, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { say, words } from '@/shared/notify'
import { statuses } from '@/shared/ui/Status'
import { type Customer, useErase } from './api'

type Props = { customer: Customer; opened: boolean; close: () => void; closed: () => void }

/** EraseDialog says what an erasure does and what it cannot, and has it done. */
export function EraseDialog({ customer, opened, close, closed }: Props) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={opened}
      onClose={close}
      onExitTransitionEnd={closed}
      returnFocus={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t('customers.erase.title')}
      size="lg"
    >
      {opened && <Body customer={customer} close={close} />}
    </Modal>
  )
}

function Body({ customer, close }: Omit<Props, 'opened' | 'closed'>) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [password, setPassword] = useState('')
  const [asked, setAsked] = useState(false)
  const erase = useErase(customer.id)
  const problem = erase.error instanceof Problem ? erase.error : null
  const count = statuses.reduce((n, s) => n + customer.tickets[s], 0)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    erase.mutate(
      { confirmation: typed, ...(password && { password }) },
      {
        onSuccess: () => {
          say(t('customers.erase.begun'))
          close()
        },
        onError: p => p instanceof Problem && p.code === 'confirm' && setAsked(true),
      },
    )
  }
  const other = problem && problem.code !== 'confirm' && Object.keys(problem.fields).length === 0
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{t('customers.erase.intro')}</Text>
        <List size="sm">
          <List.Item>{t('customers.erase.one')}</List.Item>
          {count > 0 && <List.Item>{t('customers.erase.two', { count })}</List.Item>}
          <List.Item>{t('customers.erase.three')}</List.Item>
        </List>
        <Text size="sm">{t('customers.erase.stays')}</Text>
        <Alert color="red">{t('customers.erase.final')}</Alert>
        <TextInput
          label={t('customers.erase.confirm', { word: customer.confirmation })}
          autoComplete="off"
          data-autofocus
          value={typed}
          error={problem?.fields.confirmation?.join(' ')}
          onChange={e => setTyped(e.currentTarget.value)}
        />
        {asked && (
          <>
            <PasswordInput
              label={t('customers.erase.password')}
              description={t('customers.erase.passwordHint')}
              autoComplete="current-password"
              autoFocus
              value={password}
              error={problem?.fields.password?.join(' ')}
              onChange={e => setPassword(e.currentTarget.value)}
            />
            <Anchor size="sm" href={`/dashboard/account/confirm/?next=${encodeURIComponent(location.pathname)}`}>
              {t('customers.erase.elsewhere')}
            </Anchor>
          </>
        )}
        {other && <Alert color="red">{words(problem)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button
            type="submit"
            color="red"
            loading={erase.isPending}
            disabled={typed.trim().toLowerCase() !== customer.confirmation.toLowerCase() || (asked && !password)}
          >
            {t('customers.erase.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
