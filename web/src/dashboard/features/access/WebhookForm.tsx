import { Checkbox, Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { applyErrors } from '@/shared/forms'
import { say } from '@/shared/notify'
import { useMakeWebhook, useSaveWebhook, type Webhook } from './api'
import { Buttons, Failure } from './UserForms'

const events: Webhook['events'] = ['ticket.created', 'ticket.updated', 'customer.created', 'customer.updated']

type Props = { hook: Webhook | null; cancel: () => void; made: (h: Webhook, secret: string) => void }

/** WebhookForm makes a webhook, or changes one. */
export function WebhookForm({ hook, cancel, made }: Props) {
  const { t } = useTranslation()
  const make = useMakeWebhook()
  const save = useSaveWebhook()
  const change = hook ? save : make
  const [shown, setShown] = useState(false)
  const form = useForm({
    initialValues: {
      name: hook?.name ?? '',
      target: hook?.target ?? '',
      events: hook?.events ?? (['ticket.created', 'ticket.updated'] as Webhook['events']),
      api_version: hook?.api_version ?? '',
      active: hook?.active ?? true,
    },
  })
  const onError = (e: Error) => setShown(applyErrors(form, e))
  return (
    <form
      onSubmit={form.onSubmit(body => {
        if (!hook) return make.mutate(body, { onSuccess: r => made(r.webhook, r.secret), onError })
        save.mutate(
          { hook: hook.id, body },
          {
            onSuccess: () => {
              say(t('common.saved'))
              cancel()
            },
            onError,
          },
        )
      })}
    >
      <Stack>
        <TextInput
          label={t('access.hooks.target')}
          description={t('access.hooks.targetText')}
          type="url"
          required
          maxLength={255}
          placeholder="https://"
          data-autofocus
          {...form.getInputProps('target')}
        />
        <TextInput label={t('access.name')} maxLength={255} {...form.getInputProps('name')} />
        <Checkbox.Group label={t('access.hooks.events')} required {...form.getInputProps('events')}>
          <Stack gap="xs" mt="xs">
            {events.map(e => (
              <Checkbox key={e} value={e} label={t(`access.event.${e.replace('.', '_')}`)} description={e} />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label={t('access.hooks.version')}
          description={t('access.hooks.versionText')}
          maxLength={20}
          {...form.getInputProps('api_version')}
        />
        <Switch
          label={t('access.hooks.active')}
          description={t('access.hooks.activeText')}
          {...form.getInputProps('active', { type: 'checkbox' })}
        />
        <Failure error={change.error} shown={shown} />
        <Buttons cancel={cancel} action={t(hook ? 'common.save' : 'access.hooks.create')} loading={change.isPending} />
      </Stack>
    </form>
  )
}
