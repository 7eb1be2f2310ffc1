import { Badge, Button, Checkbox, Code, Group, Modal, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { say } from '@/shared/notify'
import { places } from '@/shared/paths'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { Time } from '@/shared/ui/Time'
import classes from './access.module.css'
import {
  type Delivery,
  type Outcome,
  payloadQuery,
  useDeliveries,
  useEndWebhook,
  useReplay,
  useRotateWebhook,
  useTestWebhook,
  type Webhook,
  webhookQuery,
} from './api'
import { Buttons } from './UserForms'
import { WebhookForm } from './WebhookForm'
import { Health, WebhookSecret } from './WebhooksPage'

const colours: Record<Outcome, string> = { delivered: 'green', retry: 'yellow', failed: 'red', gone: 'gray' }

/** WebhookView is one webhook with the log of its deliveries. */
export function WebhookView({ id, back }: { id: number; back: () => void }) {
  const { t } = useTranslation()
  const hook = useQuery(webhookQuery(id))
  if (hook.isPending) return <Loading />
  if (hook.isError) return <ErrorNote error={hook.error} retry={() => void hook.refetch()} />
  const h = hook.data
  return (
    <>
      <PageHead title={h.name || t('access.hooks.one', { id: h.id })}>
        <Button variant="default" onClick={back}>
          {t('access.hooks.all')}
        </Button>
        <Actions hook={h} gone={back} />
      </PageHead>
      <Group px="md" pb="sm" gap="md">
        <Health hook={h} />
        {h.waiting > 0 && <Text size="sm">{t('access.hooks.waiting', { count: h.waiting })}</Text>}
        {h.warnings > 0 && <Text size="sm">{t('access.hooks.warnings', { count: h.warnings })}</Text>}
        {h.next_try_at && (
          <Text size="sm">
            {t('access.hooks.nextTry')} <Time at={h.next_try_at} />
          </Text>
        )}
      </Group>
      <dl className={classes.facts} style={{ padding: '0 var(--mantine-spacing-md) var(--mantine-spacing-md)' }}>
        <dt>{t('access.hooks.target')}</dt>
        <dd>
          <Code>{h.target}</Code>
        </dd>
        <dt>{t('access.hooks.events')}</dt>
        <dd>{h.events.map(e => t(`access.event.${e.replace('.', '_')}`)).join(', ')}</dd>
        <dt>{t('access.made')}</dt>
        <dd>
          <Time at={h.created_at} />
        </dd>
      </dl>
      <Log hook={h} />
    </>
  )
}

function Actions({ hook, gone }: { hook: Webhook; gone: () => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'change' | 'replay' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const test = useTestWebhook()
  const rotate = useRotateWebhook()
  const end = useEndWebhook()
  const askRotate = async () => {
    const sure = await confirm({
      title: t('access.hooks.rotate'),
      text: t('access.hooks.rotateText'),
      action: t('access.hooks.rotateDo'),
    })
    if (sure) rotate.mutate(hook.id, { onSuccess: r => setSecret(r.secret) })
  }
  const askEnd = async () => {
    const sure = await confirm({
      title: t('access.hooks.remove'),
      text: t('access.hooks.removeText'),
      action: t('common.delete'),
      danger: true,
    })
    if (sure) {
      end.mutate(hook.id, {
        onSuccess: () => {
          say(t('access.hooks.removed'))
          gone()
        },
      })
    }
  }
  const sendTest = () =>
    test.mutate(hook.id, {
      onSuccess: d =>
        say(
          t(d.outcome === 'delivered' ? 'access.hooks.testOk' : 'access.hooks.testFailed', { status: d.status || '–' }),
        ),
    })
  return (
    <>
      <Button variant="default" onClick={sendTest} loading={test.isPending}>
        {t('access.hooks.test')}
      </Button>
      <Button variant="default" onClick={() => setOpen('replay')} disabled={!hook.active}>
        {t('access.hooks.replay')}
      </Button>
      <Button variant="default" onClick={() => void askRotate()} loading={rotate.isPending}>
        {t('access.hooks.rotate')}
      </Button>
      <Button variant="default" onClick={() => setOpen('change')}>
        {t('access.change')}
      </Button>
      <Button variant="light" color="red" onClick={() => void askEnd()} loading={end.isPending}>
        {t('common.delete')}
      </Button>
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={open !== null}
        onClose={() => setOpen(null)}
        title={t(open === 'replay' ? 'access.hooks.replay' : 'access.hooks.change')}
        size="lg"
      >
        {open === 'change' && <WebhookForm hook={hook} cancel={() => setOpen(null)} made={() => {}} />}
        {open === 'replay' && <ReplayForm hook={hook} done={() => setOpen(null)} />}
      </Modal>
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={secret !== null}
        onClose={() => setSecret(null)}
        title={t('access.hooks.secretNew')}
        size="lg"
      >
        {secret && <WebhookSecret secret={secret} done={() => setSecret(null)} />}
      </Modal>
    </>
  )
}

function ReplayForm({ hook, done }: { hook: Webhook; done: () => void }) {
  const { t } = useTranslation()
  const replay = useReplay()
  const [since, setSince] = useState('')
  const [failed, setFailed] = useState(true)
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        replay.mutate(
          { hook: hook.id, body: { since: new Date(since).toISOString(), failed } },
          {
            onSuccess: r => {
              say(t('access.hooks.replayed', { count: r.queued }))
              done()
            },
          },
        )
      }}
    >
      <Stack>
        <Text size="sm">{t('access.hooks.replayText')}</Text>
        <TextInput
          type="datetime-local"
          label={t('access.hooks.since')}
          required
          value={since}
          onChange={e => setSince(e.currentTarget.value)}
          data-autofocus
        />
        <Checkbox
          label={t('access.hooks.onlyFailed')}
          checked={failed}
          onChange={e => setFailed(e.currentTarget.checked)}
        />
        <Buttons cancel={done} action={t('access.hooks.replayDo')} loading={replay.isPending} />
      </Stack>
    </form>
  )
}

function Log({ hook }: { hook: Webhook }) {
  const { t } = useTranslation()
  const [outcome, setOutcome] = useState<Outcome | undefined>()
  const log = useDeliveries(hook.id, outcome)
  const list = log.data?.pages.flatMap(p => p.results) ?? []
  return (
    <section aria-labelledby="log">
      <Group px="md" pb="xs" justify="space-between" align="flex-end">
        <Title order={2} id="log">
          {t('access.hooks.log')}
        </Title>
        <Select
          aria-label={t('access.hooks.outcome')}
          placeholder={t('access.hooks.anyOutcome')}
          clearable
          w={200}
          data={(Object.keys(colours) as Outcome[]).map(o => ({ value: o, label: t(`access.outcome.${o}`) }))}
          value={outcome ?? null}
          onChange={v => setOutcome((v as Outcome | null) ?? undefined)}
        />
      </Group>
      {log.isPending ? (
        <Loading />
      ) : log.isError && !log.data ? (
        <ErrorNote error={log.error} retry={() => void log.refetch()} />
      ) : list.length === 0 ? (
        <Empty title={t('access.hooks.logEmpty')} text={t('access.hooks.logEmptyText')} />
      ) : (
        <ul className={classes.list} aria-labelledby="log">
          {list.map(d => (
            <Line key={d.id} hook={hook} delivery={d} />
          ))}
        </ul>
      )}
      {log.hasNextPage && (
        <Button m="md" variant="default" onClick={() => void log.fetchNextPage()} loading={log.isFetchingNextPage}>
          {t('access.older')}
        </Button>
      )}
    </section>
  )
}

function Line({ hook, delivery: d }: { hook: Webhook; delivery: Delivery }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const replay = useReplay()
  const what = d.event ? t(`access.event.${d.event_type.replace('.', '_')}`) : t('access.hooks.testEvent')
  return (
    <li className={classes.row}>
      <Badge variant="light" color={colours[d.outcome]} className={classes.badge} w={96}>
        {t(`access.outcome.${d.outcome}`)}
      </Badge>
      <div className={classes.main}>
        <Text size="sm">
          {what}
          {d.ticket > 0 && (
            <>
              {' '}
              <PlaceLink to={places.ticket(d.ticket)}>#{d.ticket}</PlaceLink>
            </>
          )}
        </Text>
        <Text size="xs" c="dimmed">
          {d.attempt > 0 && `${t('access.hooks.attempt', { n: d.attempt })} · `}
          {d.status ? t('access.hooks.status', { status: d.status }) : t('access.hooks.noStatus')}
          {` · ${d.took_ms} ms`}
        </Text>
      </div>
      <span className={classes.when}>
        <Time at={d.created_at} />
      </span>
      {d.event > 0 && (
        <Button
          size="compact-sm"
          variant="default"
          disabled={!hook.active}
          loading={replay.isPending}
          aria-label={t('access.hooks.again', { what, time: d.created_at })}
          onClick={() =>
            replay.mutate(
              { hook: hook.id, body: { event: d.event } },
              { onSuccess: r => say(t('access.hooks.replayed', { count: r.queued })) },
            )
          }
        >
          {t('access.hooks.replayOne')}
        </Button>
      )}
      <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('access.details')}
      </Button>
      {open && <Details hook={hook} delivery={d} />}
    </li>
  )
}

function Details({ hook, delivery: d }: { hook: Webhook; delivery: Delivery }) {
  const { t } = useTranslation()
  const payload = useQuery({ ...payloadQuery(hook.id, d.event), enabled: d.event > 0 })
  return (
    <div className={classes.more}>
      <Stack gap="xs" py="xs">
        {d.event_id && (
          <Text size="xs" c="dimmed">
            {t('access.hooks.eventId')} <Code>{d.event_id}</Code>
          </Text>
        )}
        <Text size="xs" fw={600}>
          {t('access.hooks.answer')}
        </Text>
        <Code block className={classes.text} tabIndex={0}>
          {d.answer || t('access.hooks.noAnswer')}
        </Code>
        {d.event > 0 && (
          <>
            <Text size="xs" fw={600}>
              {t('access.hooks.payload')}
            </Text>
            {payload.isPending && <Loading rows={3} />}
            {payload.isError && (
              <Text size="xs" c="dimmed">
                {t('access.hooks.noPayload')}
              </Text>
            )}
            {payload.data && (
              <Code block className={classes.text} tabIndex={0}>
                {pretty(payload.data.payload)}
              </Code>
            )}
          </>
        )}
      </Stack>
    </div>
  )
}

/** pretty lays JSON out for reading. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
