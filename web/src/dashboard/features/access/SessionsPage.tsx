import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconDeviceDesktop, IconShieldCheck, IconShieldOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { say } from '@/shared/notify'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Time } from '@/shared/ui/Time'
import classes from './access.module.css'
import { type MySecurity, useEndOthers, useEndSession, useSessions } from './api'

const SECURITY = '/dashboard/account/security/'

/** SessionsPage is how one signs in oneself, and where one is signed in. */
export function SessionsPage() {
  const { t } = useTranslation()
  const mine = useSessions()
  const others = useEndOthers()
  if (mine.isError) return <ErrorNote error={mine.error} retry={() => void mine.refetch()} />
  const ask = async () => {
    const sure = await confirm({
      title: t('access.sessions.endOthers'),
      text: t('access.sessions.endOthersText'),
      action: t('access.sessions.endOthers'),
    })
    if (sure) others.mutate(null, { onSuccess: () => say(t('access.sessions.ended')) })
  }
  return (
    <>
      <PageHead title={t('access.sessions.title')}>
        <Button component="a" href={SECURITY} variant="default">
          {t('access.sessions.security')}
        </Button>
      </PageHead>
      {mine.isPending ? (
        <Loading />
      ) : (
        <>
          <SignIn mine={mine.data} />
          <Group px="md" pt="md" pb="xs" justify="space-between">
            <Title order={2} id="places">
              {t('access.sessions.places')}
            </Title>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => void ask()}
              loading={others.isPending}
              disabled={mine.data.results.length < 2}
            >
              {t('access.sessions.endOthers')}
            </Button>
          </Group>
          <ul className={classes.list} aria-labelledby="places">
            {mine.data.results.map(s => (
              <Place key={s.id} session={s} />
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function SignIn({ mine }: { mine: MySecurity }) {
  const { t } = useTranslation()
  const factor = mine.totp || mine.passkeys > 0
  const ways = [
    mine.totp && t('access.sessions.totp'),
    mine.passkeys > 0 && t('access.sessions.passkeys', { count: mine.passkeys }),
    factor && t('access.sessions.codes', { count: mine.recovery_codes }),
  ].filter(Boolean)
  return (
    <Paper withBorder mx="md" p="md" maw={640}>
      <Group justify="space-between" align="center">
        <Group gap="sm" wrap="nowrap">
          {factor ? <IconShieldCheck size={22} aria-hidden /> : <IconShieldOff size={22} aria-hidden />}
          <Stack gap={0}>
            <Text fw={600}>{t(factor ? 'access.sessions.factorOn' : 'access.sessions.factorOff')}</Text>
            <Text size="sm" c="dimmed">
              {factor ? ways.join(' · ') : t('access.sessions.factorOffText')}
            </Text>
          </Stack>
        </Group>
        <Button component="a" href={SECURITY} variant={factor ? 'default' : 'filled'}>
          {t(factor ? 'access.sessions.factorChange' : 'access.sessions.factorSetUp')}
        </Button>
      </Group>
    </Paper>
  )
}

function Place({ session: s }: { session: MySecurity['results'][number] }) {
  const { t } = useTranslation()
  const end = useEndSession()
  return (
    <li className={classes.row}>
      <IconDeviceDesktop size={18} aria-hidden />
      <div className={classes.main}>
        <Text size="sm" fw={600} title={s.user_agent}>
          {s.device || t('access.sessions.unknown')}
        </Text>
        <Text size="xs" c="dimmed">
          {[s.ip, t(`access.sessions.method.${s.method}`, { defaultValue: s.method })].filter(Boolean).join(' · ')}
        </Text>
      </div>
      {s.current && (
        <Badge variant="light" color="green" className={classes.badge}>
          {t('access.sessions.current')}
        </Badge>
      )}
      <span className={classes.when}>
        {t('access.seen')} <Time at={s.last_seen_at} />
      </span>
      {!s.current && (
        <Button
          variant="default"
          size="compact-sm"
          loading={end.isPending}
          aria-label={t('access.sessions.endOne', { device: s.device || t('access.sessions.unknown') })}
          onClick={() => end.mutate(s.id, { onSuccess: () => say(t('access.sessions.ended')) })}
        >
          {t('access.sessions.end')}
        </Button>
      )}
    </li>
  )
}
