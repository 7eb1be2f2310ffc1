import {
  Badge,
  Button,
  Divider,
  Fieldset,
  Group,
  NavLink,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTicketsLike } from '@/shared/compose/lookups'
import { confirm } from '@/shared/confirm'
import { applyErrors } from '@/shared/forms'
import { useCan, useMe } from '@/shared/me'
import { say } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Failure } from './Form'
import { LetterPreview } from './LetterPreview'
import {
  type Notification,
  useNotifications,
  useResetNotification,
  useSaveNotification,
  useTestNotification,
  useTrial,
} from './letters'
import classes from './pages.module.css'
import { useLeave } from './useLeave'

/** NotificationsPage is which mails the store sends by itself, and what they say. */
export function NotificationsPage() {
  const { t } = useTranslation()
  const all = useNotifications()
  const [at, setAt] = useState('')
  const [dirty, setDirty] = useState(false)
  const leave = useLeave(dirty)
  if (all.isError) return <ErrorNote error={all.error} retry={() => void all.refetch()} />
  const rows = all.data?.results ?? []
  const now = rows.find(n => n.name === at) ?? rows[0]
  const go = async (name: string) => {
    if (dirty && name !== now?.name && !(await leave())) return
    setDirty(false)
    setAt(name)
  }
  return (
    <>
      <PageHead title={t('notifications.title')} />
      <Text size="sm" c="dimmed" className={classes.lead}>
        {t('notifications.text')}
      </Text>
      {all.isPending && <Loading />}
      {now && (
        <>
          <nav aria-label={t('notifications.which')}>
            {rows.map(n => (
              <NavLink
                key={n.name}
                component="button"
                type="button"
                px="md"
                classNames={{ description: classes.hint }}
                active={n.name === now.name}
                aria-current={n.name === now.name ? 'true' : undefined}
                label={t(`notifications.kind.${n.name}`)}
                description={t(`notifications.to.${n.name}`)}
                rightSection={
                  <Group gap={4}>
                    {n.changed && (
                      <Badge variant="default" size="sm" className={classes.badge}>
                        {t('notifications.changed')}
                      </Badge>
                    )}
                    {!n.enabled && (
                      <Badge variant="default" size="sm" className={classes.badge}>
                        {t('notifications.off')}
                      </Badge>
                    )}
                  </Group>
                }
                onClick={() => void go(n.name)}
              />
            ))}
          </nav>
          <Divider mt="xs" />
          <Editor key={now.name} notification={now} onDirty={setDirty} />
        </>
      )}
    </>
  )
}

function Editor({ notification: n, onDirty }: { notification: Notification; onDirty: (dirty: boolean) => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const save = useSaveNotification()
  const reset = useResetNotification()
  const test = useTestNotification()
  const [shown, setShown] = useState(false)
  const [ticket, setTicket] = useState<number>(0)
  const subject = useRef<HTMLInputElement>(null)
  const body = useRef<HTMLTextAreaElement>(null)
  const [last, setLast] = useState<'subject' | 'body'>('body')
  const form = useForm({
    initialValues: { enabled: n.enabled, subject: n.subject, body: n.body },
    onValuesChange: v => onDirty(v.enabled !== n.enabled || v.subject !== n.subject || v.body !== n.body),
  })
  const [seen] = useDebouncedValue({ subject: form.values.subject, body: form.values.body, ticket }, 400)
  const trial = useTrial(n.name, seen)
  const take = (now: Notification) => {
    form.setValues({ enabled: now.enabled, subject: now.subject, body: now.body })
    form.clearErrors()
    onDirty(false)
  }
  const insert = (name: string) => {
    const field = last === 'subject' ? subject.current : body.current
    if (!field) return
    const text = `{{ ${name} }}`
    const start = field.selectionStart ?? field.value.length
    const end = field.selectionEnd ?? start
    form.setFieldValue(last, field.value.slice(0, start) + text + field.value.slice(end))
    form.clearFieldError(last)
    requestAnimationFrame(() => {
      field.focus()
      field.setSelectionRange(start + text.length, start + text.length)
    })
  }
  const back = async () => {
    const yes = await confirm({
      title: t('notifications.resetTitle'),
      text: t('notifications.resetText'),
      action: t('notifications.reset'),
      danger: true,
    })
    if (yes)
      reset.mutate(n.name, {
        onSuccess: now => {
          take(now)
          say(t('notifications.resetDone'))
        },
      })
  }
  const attempt = () => {
    test.reset()
    test.mutate(
      { name: n.name, subject: form.values.subject, body: form.values.body, ticket },
      {
        onSuccess: r => say(t('notifications.tested', { email: r.to })),
        onError: e => setShown(applyErrors(form, e)),
      },
    )
  }
  const errors = Object.values(trial.error?.fields ?? {})
    .flat()
    .join(' ')
  return (
    <div className={`${classes.columns} ${classes.panel}`}>
      <form
        aria-label={t(`notifications.kind.${n.name}`)}
        onSubmit={form.onSubmit(v =>
          save.mutate(
            { name: n.name, ...v },
            {
              onSuccess: now => {
                take(now)
                say(t('common.saved'))
              },
              onError: e => setShown(applyErrors(form, e)),
            },
          ),
        )}
      >
        <Stack gap="sm">
          <Switch label={t('notifications.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
          <TextInput
            ref={subject}
            label={t('notifications.subject')}
            required
            maxLength={200}
            {...form.getInputProps('subject')}
            onFocus={() => setLast('subject')}
          />
          <Textarea
            ref={body}
            label={t('notifications.body')}
            required
            autosize
            minRows={8}
            maxRows={20}
            maxLength={10_000}
            {...form.getInputProps('body')}
            onFocus={() => setLast('body')}
          />
          <Fieldset legend={t('notifications.insert')} p="xs">
            <Group gap={4}>
              {n.placeholders.map(name => (
                <Button
                  key={name}
                  size="compact-xs"
                  variant="default"
                  fw={400}
                  aria-label={t('notifications.insertOne', {
                    name: t(`notifications.place.${name.replace('.', '_')}`),
                  })}
                  title={`{{ ${name} }}`}
                  onClick={() => insert(name)}
                >
                  {t(`notifications.place.${name.replace('.', '_')}`)}
                </Button>
              ))}
            </Group>
            <Text size="xs" c="dimmed" mt={4}>
              {t('notifications.placesText')}
            </Text>
          </Fieldset>
          <Failure error={save.error ?? test.error} shown={shown} />
          <Group gap="xs">
            <Button type="submit" loading={save.isPending}>
              {t('common.save')}
            </Button>
            <Button
              variant="default"
              loading={test.isPending}
              title={t('notifications.testText', { email: me.email })}
              onClick={attempt}
            >
              {t('notifications.test')}
            </Button>
            {n.changed && (
              <Button variant="subtle" color="red" loading={reset.isPending} onClick={() => void back()}>
                {t('notifications.reset')}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      <Stack gap="sm">
        <TicketChoice onChange={setTicket} />
        <LetterPreview
          letter={trial.data}
          action={`/dashboard/api/settings/notifications/${n.name}/frame/`}
          fields={trial.isSuccess && !trial.isPlaceholderData ? { ...seen, ticket: String(seen.ticket) } : undefined}
          problem={errors}
        />
      </Stack>
    </div>
  )
}

/** TicketChoice is for whom the preview is filled in; only who sees tickets can choose one. */
function TicketChoice({ onChange }: { onChange: (ticket: number) => void }) {
  const { t } = useTranslation()
  const may = useCan('tickets')
  const [typed, setTyped] = useState('')
  const [ticket, setTicket] = useState<{ id: number; subject: string } | null>(null)
  const found = useTicketsLike(may ? typed : '')
  const all = ticket && !found.some(x => x.id === ticket.id) ? [ticket, ...found] : found
  if (!may) return null
  return (
    <Select
      label={t('notifications.ticket')}
      placeholder={t('notifications.sample')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('notifications.sample') }}
      filter={({ options }) => options}
      nothingFoundMessage={t(typed ? 'common.nothing' : 'common.typeToSearch')}
      data={all.map(x => ({ value: String(x.id), label: `#${x.id} ${x.subject}` }))}
      value={ticket ? String(ticket.id) : null}
      onSearchChange={setTyped}
      onChange={v => {
        setTicket(all.find(x => String(x.id) === v) ?? null)
        onChange(Number(v ?? 0))
      }}
    />
  )
}
