import { Badge, Button, Modal, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconClock, IconPlus, IconPower } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { Copyable, OneTime } from '@/shared/ui/OneTime'
import { PageHead } from '@/shared/ui/PageHead'
import { Time } from '@/shared/ui/Time'
import classes from './access.module.css'
import { useWebhooks, type Webhook } from './api'
import { useParam } from './useParam'
import { WebhookForm } from './WebhookForm'
import { WebhookView } from './WebhookView'

/** WebhooksPage is where the store's events are sent to, and what became of that. */
export function WebhooksPage() {
  const [id, setID] = useParam('id')
  const n = Number(id)
  return Number.isSafeInteger(n) && n > 0 ? (
    <WebhookView key={n} id={n} back={() => setID(undefined)} />
  ) : (
    <List onOpen={h => setID(String(h))} />
  )
}

const looks = {
  ok: { color: 'green', icon: IconCheck },
  waiting: { color: 'blue', icon: IconClock },
  failing: { color: 'red', icon: IconAlertTriangle },
  off: { color: 'gray', icon: IconPower },
}

/** Health says how a webhook does, in a word and a sign. */
export function Health({ hook }: { hook: Webhook }) {
  const { t } = useTranslation()
  const look = looks[hook.health]
  return (
    <Badge
      variant="light"
      color={look.color}
      className={classes.badge}
      leftSection={<look.icon size={12} aria-hidden />}
    >
      {t(`access.hooks.health.${hook.health}`)}
    </Badge>
  )
}

/** Secret shows what deliveries are signed with, once. */
export function WebhookSecret({ secret, done }: { secret: string; done: () => void }) {
  const { t } = useTranslation()
  return (
    <OneTime warning={t('access.hooks.once')} done={done}>
      <Text size="sm">{t('access.hooks.secretText')}</Text>
      <Copyable label={t('access.hooks.secret')} text={secret} />
    </OneTime>
  )
}

function List({ onOpen }: { onOpen: (id: number) => void }) {
  const { t } = useTranslation()
  const hooks = useWebhooks()
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<{ id: number; secret: string } | null>(null)
  const list = hooks.data?.pages.flatMap(p => p.results) ?? []
  if (hooks.isError && !hooks.data) return <ErrorNote error={hooks.error} retry={() => void hooks.refetch()} />
  const close = () => {
    setAdding(false)
    setMade(null)
  }
  return (
    <>
      <PageHead title={t('access.hooks.title')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          {t('access.hooks.new')}
        </Button>
      </PageHead>
      <Text size="sm" c="dimmed" px="md" pb="sm" maw={720}>
        {t('access.hooks.text')}
      </Text>
      {hooks.isPending ? (
        <Loading />
      ) : list.length === 0 ? (
        <Empty title={t('access.hooks.none')} text={t('access.hooks.noneText')} />
      ) : (
        <ul className={classes.list} aria-label={t('access.hooks.title')}>
          {list.map(h => (
            <Row key={h.id} hook={h} onOpen={() => onOpen(h.id)} />
          ))}
        </ul>
      )}
      {hooks.hasNextPage && (
        <Button m="md" variant="default" onClick={() => void hooks.fetchNextPage()} loading={hooks.isFetchingNextPage}>
          {t('common.more')}
        </Button>
      )}
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={adding}
        onClose={close}
        title={t(made ? 'access.hooks.ready' : 'access.hooks.new')}
        size="lg"
      >
        {adding && !made && (
          <WebhookForm hook={null} cancel={close} made={(h, secret) => setMade({ id: h.id, secret })} />
        )}
        {made && (
          <WebhookSecret
            secret={made.secret}
            done={() => {
              close()
              onOpen(made.id)
            }}
          />
        )}
      </Modal>
    </>
  )
}

function Row({ hook: h, onOpen }: { hook: Webhook; onOpen: () => void }) {
  const { t } = useTranslation()
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Text size="sm" fw={600}>
          {h.name || h.target}
        </Text>
        {h.name && (
          <Text size="xs" c="dimmed">
            {h.target}
          </Text>
        )}
      </div>
      <div className={classes.tags}>
        {h.events.map(e => (
          <Badge key={e} variant="default" tt="none" mr={4}>
            {t(`access.event.${e.replace('.', '_')}`)}
          </Badge>
        ))}
      </div>
      <Health hook={h} />
      <span className={classes.when}>
        {h.waiting > 0
          ? t('access.hooks.waiting', { count: h.waiting })
          : h.next_try_at && (
              <>
                {t('access.hooks.nextTry')} <Time at={h.next_try_at} />
              </>
            )}
      </span>
      <Button
        variant="default"
        size="compact-sm"
        onClick={onOpen}
        aria-label={t('access.hooks.openOne', { name: h.name || h.target })}
      >
        {t('access.hooks.open')}
      </Button>
    </li>
  )
}
