import {
  Alert,
  Button,
  Checkbox,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { applyErrors } from '@/shared/forms'
import { say, words } from '@/shared/notify'
import { type Mailbox, useAddMailbox, useMailboxSecret } from './mailApi'

const noSecret = {
  by: 'password' as 'password' | 'oauth',
  password: '',
  token_url: '',
  client_id: '',
  client_secret: '',
  refresh_token: '',
}
type Secret = typeof noSecret
const sent = (s: Secret) =>
  s.by === 'password'
    ? { password: s.password }
    : {
        token_url: s.token_url,
        client_id: s.client_id,
        client_secret: s.client_secret,
        refresh_token: s.refresh_token,
      }

/** MailboxForm adds a mailbox: the server signs in before it takes it. */
export function MailboxForm({ done }: { done: () => void }) {
  const { t } = useTranslation()
  const add = useAddMailbox()
  const [shown, setShown] = useState(false)
  const form = useForm({
    initialValues: {
      address: '',
      security: 'tls' as 'tls' | 'starttls',
      username: '',
      folder: 'INBOX',
      pause_seconds: 60 as number | string,
      all: false,
      ...noSecret,
    },
  })
  return (
    <form
      onSubmit={form.onSubmit(v =>
        add.mutate(
          {
            address: v.address,
            security: v.security,
            username: v.username,
            folder: v.folder,
            pause_seconds: Number(v.pause_seconds) || 60,
            all: v.all,
            secret: sent(v),
          },
          {
            onSuccess: () => {
              say(t('mailboxes.added'))
              done()
            },
            onError: e => setShown(applyErrors(form, e)),
          },
        ),
      )}
    >
      <Stack gap="sm">
        <TextInput
          label={t('mailboxes.server')}
          description={t('mailboxes.serverText')}
          required
          maxLength={255}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('address')}
        />
        <Select
          label={t('mailboxes.security')}
          allowDeselect={false}
          data={[
            { value: 'tls', label: t('mailboxes.tls') },
            { value: 'starttls', label: t('mailboxes.starttls') },
          ]}
          {...form.getInputProps('security')}
        />
        <TextInput
          label={t('mailboxes.user')}
          description={t('mailboxes.userText')}
          required
          maxLength={255}
          autoComplete="off"
          {...form.getInputProps('username')}
        />
        <SecretFields form={form as unknown as UseFormReturnType<Secret>} />
        <Group grow align="flex-start">
          <TextInput label={t('mailboxes.folder')} maxLength={255} {...form.getInputProps('folder')} />
          <NumberInput
            label={t('mailboxes.pause')}
            min={10}
            max={86_400}
            allowDecimal={false}
            {...form.getInputProps('pause_seconds')}
          />
        </Group>
        <Checkbox
          label={t('mailboxes.all')}
          description={t('mailboxes.allText')}
          {...form.getInputProps('all', { type: 'checkbox' })}
        />
        <Ending error={shown ? null : add.error} done={done} action={t('mailboxes.add')} pending={add.isPending} />
      </Stack>
    </form>
  )
}

/** SecretForm gives a mailbox another password. */
export function SecretForm({ box, done }: { box: Mailbox; done: () => void }) {
  const { t } = useTranslation()
  const change = useMailboxSecret()
  const form = useForm({ initialValues: { ...noSecret, by: box.sign_in } as Secret })
  return (
    <form
      onSubmit={form.onSubmit(v =>
        change.mutate(
          { id: box.id, body: sent(v) },
          {
            onSuccess: () => {
              say(t('mailboxes.changed'))
              done()
            },
          },
        ),
      )}
    >
      <Stack gap="sm">
        <SecretFields form={form} />
        <Ending error={change.error} done={done} action={t('common.save')} pending={change.isPending} />
      </Stack>
    </form>
  )
}

function SecretFields({ form }: { form: UseFormReturnType<Secret> }) {
  const { t } = useTranslation()
  const shows = { 'aria-label': t('mailboxes.showPassword') }
  return (
    <>
      <div>
        <Text size="sm" fw={500} mb={4} id="sign-in-by">
          {t('mailboxes.signIn')}
        </Text>
        <SegmentedControl
          aria-labelledby="sign-in-by"
          data={[
            { value: 'password', label: t('mailboxes.byPassword') },
            { value: 'oauth', label: t('mailboxes.byOAuth') },
          ]}
          {...form.getInputProps('by')}
        />
      </div>
      {form.values.by === 'password' ? (
        <PasswordInput
          label={t('mailboxes.password')}
          description={t('mailboxes.passwordText')}
          required
          autoComplete="new-password"
          visibilityToggleButtonProps={shows}
          {...form.getInputProps('password')}
        />
      ) : (
        <>
          <TextInput
            label={t('mailboxes.tokenUrl')}
            type="url"
            required
            placeholder="https://"
            {...form.getInputProps('token_url')}
          />
          <TextInput label={t('mailboxes.clientId')} required autoComplete="off" {...form.getInputProps('client_id')} />
          <PasswordInput
            label={t('mailboxes.clientSecret')}
            description={t('mailboxes.clientSecretText')}
            autoComplete="new-password"
            visibilityToggleButtonProps={shows}
            {...form.getInputProps('client_secret')}
          />
          <PasswordInput
            label={t('mailboxes.refreshToken')}
            required
            autoComplete="new-password"
            visibilityToggleButtonProps={shows}
            {...form.getInputProps('refresh_token')}
          />
        </>
      )}
    </>
  )
}

type EndingProps = { error: Error | null; done: () => void; action: string; pending: boolean }

function Ending({ error, done, action, pending }: EndingProps) {
  const { t } = useTranslation()
  return (
    <>
      {error instanceof Problem && <Alert color="red">{words(error)}</Alert>}
      <Group justify="flex-end">
        {pending && (
          <Text size="sm" c="dimmed" role="status">
            {t('mailboxes.trying')}
          </Text>
        )}
        <Button variant="default" onClick={done}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" loading={pending}>
          {action}
        </Button>
      </Group>
    </>
  )
}
