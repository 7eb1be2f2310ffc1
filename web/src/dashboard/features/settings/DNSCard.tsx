import { Button, Fieldset, Group, Stack, Text } from '@mantine/core'
import { IconKey, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { say } from '@/shared/notify'
import { Copyable } from '@/shared/ui/OneTime'
import { Time } from '@/shared/ui/Time'
import { type MailHealth, useCheckMail, useEndDKIM, useMakeDKIM } from './mailApi'
import classes from './Settings.module.css'
import { Signal } from './Signal'

type Props = { health: MailHealth; address: string }
type Record = MailHealth['dns']['records'][number]

/** DNSCard is what the DNS says of the store's mail, what it should say, and the key of signatures. */
export function DNSCard({ health: h, address }: Props) {
  const { t } = useTranslation()
  const check = useCheckMail()
  const dns = h.dns
  if (!address || dns.problem) {
    return (
      <Fieldset legend={t('mailSettings.dns')}>
        <Text size="sm">
          {address ? t('mailSettings.dnsNoName', { name: h.incoming.hostname }) : t('mailSettings.dnsNoAddress')}
        </Text>
      </Fieldset>
    )
  }
  const wrong = dns.findings.filter(f => f.state !== 'right').length
  return (
    <>
      <Fieldset legend={t('mailSettings.dns')}>
        <Stack gap="sm">
          <Group justify="space-between" gap="sm">
            <Text size="sm" role="status">
              {check.isPending || dns.running ? (
                t('mailSettings.dnsRunning')
              ) : dns.checked_at ? (
                <>
                  {wrong ? t('mailSettings.dnsWrong', { count: wrong }) : t('mailSettings.dnsRight')}{' '}
                  {t('mailSettings.dnsLooked')} <Time at={dns.checked_at} />
                </>
              ) : (
                t('mailSettings.dnsNever')
              )}
            </Text>
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              loading={check.isPending}
              onClick={() => check.mutate(null)}
            >
              {t('mailSettings.dnsAgain')}
            </Button>
          </Group>
          <ul className={classes.signals}>
            {dns.findings.map(f => (
              <Signal key={`${f.what} ${f.name}`} sign={f.state}>
                <Text size="sm" fw={600} className={classes.wrap}>
                  {t(`mailSettings.what.${f.what}`)} · {t(`mailSettings.sign.${f.state}`)}
                </Text>
                <Text size="xs" c="dimmed" className={classes.wrap}>
                  {f.name}
                </Text>
                {f.found && (
                  <Text size="sm" className={classes.wrap}>
                    {t('mailSettings.found')} <code>{f.found}</code>
                  </Text>
                )}
                {f.state === 'unknown' && <Text size="sm">{t('mailSettings.notAsked')}</Text>}
                {f.advice && !(f.state === 'missing' && f.set) && (
                  <Text size="sm" className={classes.wrap}>
                    {f.advice}
                  </Text>
                )}
                {f.set && <ToSet record={f.set} />}
              </Signal>
            ))}
          </ul>
          {dns.findings.length === 0 && dns.records.map(r => <ToSet key={r.type + r.name} record={r} />)}
        </Stack>
      </Fieldset>
      <Signature dkim={h.dkim} />
    </>
  )
}

/** ToSet is a record as the form of a name server's provider wants it. */
function ToSet({ record: r }: { record: Record }) {
  const { t } = useTranslation()
  return (
    <Stack gap={6} my={6}>
      <Text size="sm">{t('mailSettings.set', { type: r.type })}</Text>
      <Copyable label={t('mailSettings.setName')} text={r.name} />
      <Copyable label={t('mailSettings.setValue', { type: r.type })} text={r.value} />
    </Stack>
  )
}

function Signature({ dkim }: { dkim: string | null }) {
  const { t } = useTranslation()
  const make = useMakeDKIM()
  const end = useEndDKIM()
  const askMake = async () => {
    if (
      dkim &&
      !(await confirm({
        title: t('mailSettings.rotateTitle'),
        text: t('mailSettings.rotateText'),
        action: t('mailSettings.rotate'),
      }))
    ) {
      return
    }
    make.mutate(null, { onSuccess: () => say(t('mailSettings.made')) })
  }
  const askEnd = async () => {
    const sure = await confirm({
      title: t('mailSettings.endTitle'),
      text: t('mailSettings.endText'),
      action: t('mailSettings.end'),
      danger: true,
    })
    if (sure) end.mutate(null, { onSuccess: () => say(t('mailSettings.ended')) })
  }
  return (
    <Fieldset legend={t('mailSettings.signature')}>
      <Stack gap="sm" align="flex-start">
        <ul className={classes.signals}>
          <Signal sign={dkim ? 'right' : 'missing'}>
            {dkim ? t('mailSettings.signed', { name: dkim }) : t('mailSettings.unsigned')}
          </Signal>
        </ul>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<IconKey size={16} aria-hidden />}
            loading={make.isPending}
            onClick={() => void askMake()}
          >
            {t(dkim ? 'mailSettings.rotate' : 'mailSettings.make')}
          </Button>
          {dkim && (
            <Button variant="subtle" color="red" loading={end.isPending} onClick={() => void askEnd()}>
              {t('mailSettings.end')}
            </Button>
          )}
        </Group>
      </Stack>
    </Fieldset>
  )
}
