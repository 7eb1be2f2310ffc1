import { Badge, Button, Code, Group, Modal, Stack, Text, Title } from '@mantine/core'
import { IconKey, IconPlugConnected, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { say } from '@/shared/notify'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { Copyable, OneTime } from '@/shared/ui/OneTime'
import { PageHead } from '@/shared/ui/PageHead'
import { Time } from '@/shared/ui/Time'
import { AppForm } from './AppForm'
import classes from './access.module.css'
import { type App, useApps, useBareTokens, useEndApp, useEndGrant, useEndToken, useGrants, useRotateApp } from './api'

type Open =
  | { what: 'new'; kind: App['kind'] }
  | { what: 'secret'; app: App; secret: string | null }
  | { what: 'app'; id: number }

/** AppsPage is which programs may reach the store's data. */
export function AppsPage() {
  const { t } = useTranslation()
  const apps = useApps()
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  if (apps.isError) return <ErrorNote error={apps.error} retry={() => void apps.refetch()} />
  const shown = open?.what === 'app' ? apps.data?.results.find(a => a.id === open.id) : undefined
  const title =
    open?.what === 'new'
      ? t(`access.apps.new.${open.kind}`)
      : open?.what === 'secret'
        ? t('access.apps.ready', { name: open.app.name })
        : shown?.name
  return (
    <>
      <PageHead title={t('access.apps.title')}>
        <Button
          variant="default"
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          onClick={() => setOpen({ what: 'new', kind: 'oauth' })}
        >
          {t('access.apps.new.oauth')}
        </Button>
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setOpen({ what: 'new', kind: 'token' })}
        >
          {t('access.apps.new.token')}
        </Button>
      </PageHead>
      <Text size="sm" c="dimmed" px="md" pb="sm" maw={720}>
        {t('access.apps.text')}
      </Text>
      {apps.isPending ? (
        <Loading />
      ) : apps.data.results.length === 0 ? (
        <Empty title={t('access.apps.none')} text={t('access.apps.noneText')} />
      ) : (
        <ul className={classes.list} aria-label={t('access.apps.title')}>
          {apps.data.results.map(a => (
            <AppRow key={a.id} app={a} onOpen={() => setOpen({ what: 'app', id: a.id })} />
          ))}
        </ul>
      )}
      <BareTokens />
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={open !== null && (open.what !== 'app' || !!shown)}
        onClose={close}
        title={title}
        size="lg"
      >
        {open?.what === 'new' && (
          <AppForm
            kind={open.kind}
            cancel={close}
            done={r => setOpen({ what: 'secret', app: r.app, secret: r.secret })}
          />
        )}
        {open?.what === 'secret' && <Secret app={open.app} secret={open.secret} done={close} />}
        {shown && (
          <Detail app={shown} done={close} reveal={(app, secret) => setOpen({ what: 'secret', app, secret })} />
        )}
      </Modal>
    </>
  )
}

function AppRow({ app: a, onOpen }: { app: App; onOpen: () => void }) {
  const { t } = useTranslation()
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Text size="sm" fw={600}>
          {a.name}
        </Text>
        <Text size="xs" c="dimmed">
          {t(`access.apps.kind.${a.kind}`)}
          {a.shared && ` · ${t('access.apps.shared')}`}
          {a.kind === 'oauth' && ` · ${t(a.tokens ? 'access.apps.connected' : 'access.apps.notConnected')}`}
        </Text>
      </div>
      <div className={classes.tags}>
        <Scopes names={a.scopes} />
      </div>
      <span className={classes.when}>
        {a.last_used_at ? (
          <>
            {t('access.apps.used')} <Time at={a.last_used_at} />
          </>
        ) : (
          t('access.apps.neverUsed')
        )}
      </span>
      <Button
        variant="default"
        size="compact-sm"
        onClick={onOpen}
        aria-label={t('access.apps.showOne', { name: a.name })}
      >
        {t('access.apps.show')}
      </Button>
    </li>
  )
}

/** Scopes are names of scopes, the first few of them. */
function Scopes({ names, all }: { names: string[]; all?: boolean }) {
  const { t } = useTranslation()
  const few = all ? names : names.slice(0, 4)
  return (
    <>
      {few.map(s => (
        <Badge key={s} variant="default" tt="none" mr={4} ff="monospace" fw={500}>
          {s}
        </Badge>
      ))}
      {names.length > few.length && (
        <Text span size="xs" c="dimmed">
          {t('access.apps.andMore', { count: names.length - few.length })}
        </Text>
      )}
    </>
  )
}

function Secret({ app, secret, done }: { app: App; secret: string | null; done: () => void }) {
  const { t } = useTranslation()
  return (
    <OneTime warning={t(secret ? 'access.apps.once' : 'access.apps.noSecret')} done={done}>
      {app.client_id && <Copyable label={t('access.apps.clientId')} text={app.client_id} />}
      {secret && <Copyable label={t(app.client_id ? 'access.apps.clientSecret' : 'access.apps.token')} text={secret} />}
      {app.install_url && <Copyable label={t('access.apps.install')} text={app.install_url} />}
    </OneTime>
  )
}

type DetailProps = { app: App; done: () => void; reveal: (app: App, secret: string | null) => void }

function Detail({ app, done, reveal }: DetailProps) {
  const { t } = useTranslation()
  const rotate = useRotateApp()
  const end = useEndApp()
  const oauth = app.kind === 'oauth'
  const askRotate = async () => {
    const text = t(oauth ? 'access.apps.rotateOauth' : 'access.apps.rotateToken')
    if (
      await confirm({ title: t('access.apps.rotateOne', { name: app.name }), text, action: t('access.apps.rotate') })
    ) {
      rotate.mutate(app.id, { onSuccess: r => reveal(r.app, r.secret) })
    }
  }
  const ending = app.shared ? 'disconnect' : 'revoke'
  const askEnd = async () => {
    const sure = await confirm({
      title: t(`access.apps.${ending}One`, { name: app.name }),
      text: t(`access.apps.${ending}Text`),
      action: t(`access.apps.${ending}`),
      danger: true,
    })
    if (sure) {
      end.mutate(app.id, {
        onSuccess: () => {
          say(t('access.apps.ended', { name: app.name }))
          done()
        },
      })
    }
  }
  return (
    <Stack>
      <dl className={classes.facts}>
        <dt>{t('access.apps.kindLabel')}</dt>
        <dd>{t(`access.apps.kind.${app.kind}`)}</dd>
        {oauth && (
          <>
            <dt>{t('access.apps.redirects')}</dt>
            <dd>
              {app.redirect_uris.map(u => (
                <Code key={u} display="block" mb={2}>
                  {u}
                </Code>
              ))}
            </dd>
          </>
        )}
        <dt>{t('access.apps.scopes')}</dt>
        <dd>
          <Scopes names={app.scopes} all />
        </dd>
        <dt>{t('access.made')}</dt>
        <dd>
          <Time at={app.created_at} />
        </dd>
        {app.rotated_at && (
          <>
            <dt>{t('access.apps.rotated')}</dt>
            <dd>
              <Time at={app.rotated_at} />
            </dd>
          </>
        )}
        <dt>{t('access.apps.usedLabel')}</dt>
        <dd>{app.last_used_at ? <Time at={app.last_used_at} /> : t('access.apps.neverUsed')}</dd>
      </dl>
      {app.client_id && <Copyable label={t('access.apps.clientId')} text={app.client_id} />}
      {app.install_url && <Copyable label={t('access.apps.install')} text={app.install_url} />}
      {oauth && <Grants app={app} />}
      <Group justify="flex-end">
        {!app.shared && !app.public && (
          <Button
            variant="default"
            onClick={() => void askRotate()}
            loading={rotate.isPending}
            leftSection={<IconKey size={16} aria-hidden />}
          >
            {t('access.apps.rotate')}
          </Button>
        )}
        <Button color="red" variant="light" onClick={() => void askEnd()} loading={end.isPending}>
          {t(`access.apps.${ending}`)}
        </Button>
      </Group>
    </Stack>
  )
}

function Grants({ app }: { app: App }) {
  const { t } = useTranslation()
  const grants = useGrants(app.id, true)
  const end = useEndGrant()
  if (grants.isPending) return <Loading rows={2} />
  if (grants.isError) return <ErrorNote error={grants.error} retry={() => void grants.refetch()} />
  return (
    <section aria-labelledby="grants">
      <Title order={3} id="grants" mb={4}>
        {t('access.apps.grants')}
      </Title>
      {grants.data.results.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('access.apps.noGrants')}
        </Text>
      ) : (
        <ul className={classes.list}>
          {grants.data.results.map(g => (
            <li key={g.id} className={classes.row}>
              <div className={classes.main}>
                <Text size="sm">{t('access.apps.grantBy', { email: g.email || t('common.unknownPerson') })}</Text>
                <Text size="xs" c="dimmed">
                  <Time at={g.created_at} />
                  {g.last_used_at && (
                    <>
                      {' · '}
                      {t('access.apps.used')} <Time at={g.last_used_at} />
                    </>
                  )}
                </Text>
              </div>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t('access.apps.endGrantOne', { email: g.email })}
                onClick={() =>
                  end.mutate({ app: app.id, grant: g.id }, { onSuccess: () => say(t('access.apps.grantEnded')) })
                }
              >
                {t('access.apps.endGrant')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** BareTokens are those that whoever runs the server made by hand. */
function BareTokens() {
  const { t } = useTranslation()
  const tokens = useBareTokens().data?.results ?? []
  const end = useEndToken()
  if (tokens.length === 0) return null
  const ask = async (id: number, name: string) => {
    const sure = await confirm({
      title: t('access.apps.revokeOne', { name }),
      text: t('access.apps.revokeText'),
      action: t('access.apps.revoke'),
      danger: true,
    })
    if (sure) end.mutate(id, { onSuccess: () => say(t('access.apps.ended', { name })) })
  }
  return (
    <section aria-labelledby="bare">
      <Title order={2} id="bare" px="md" pt="lg" pb={4}>
        {t('access.apps.bare')}
      </Title>
      <Text size="sm" c="dimmed" px="md" pb="sm">
        {t('access.apps.bareText')}
      </Text>
      <ul className={classes.list}>
        {tokens.map(k => (
          <li key={k.id} className={classes.row}>
            <div className={classes.main}>
              <Text size="sm">{k.name}</Text>
              <Text size="xs" c="dimmed">
                {k.last_used_at ? (
                  <>
                    {t('access.apps.used')} <Time at={k.last_used_at} />
                  </>
                ) : (
                  t('access.apps.neverUsed')
                )}
              </Text>
            </div>
            <div className={classes.tags}>
              <Scopes names={k.scopes} />
            </div>
            <Button
              size="compact-sm"
              variant="subtle"
              color="red"
              aria-label={t('access.apps.revokeOne', { name: k.name })}
              onClick={() => void ask(k.id, k.name)}
            >
              {t('access.apps.revoke')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
