import { Button, Fieldset, Stack, Text } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '@/shared/me'
import { say } from '@/shared/notify'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { Time } from '@/shared/ui/Time'
import { type MailHealth, useTestMail } from './mailApi'
import classes from './Settings.module.css'
import { type Sign, Signal } from './Signal'

type Props = { health: MailHealth; address: string }

/** MailFlow says in words whether mail arrives and leaves, and tries it. */
export function MailFlow({ health: h, address }: Props) {
  const { t } = useTranslation()
  const test = useTestMail()
  const tickets = useCan('tickets')
  const count = (n: number) => (n >= 1000 ? '1000+' : String(n))
  const held = h.held > 0 || h.failed > 0
  return (
    <>
      <Fieldset legend={t('mailSettings.in')}>
        <ul className={classes.signals}>
          <Signal sign={h.incoming.smtp ? 'right' : h.incoming.mailboxes > 0 ? 'info' : 'missing'}>
            {h.incoming.smtp
              ? t('mailSettings.smtpOn', { listen: h.incoming.listen, name: h.incoming.hostname })
              : t('mailSettings.smtpOff')}
          </Signal>
          <Signal sign={h.incoming.mailboxes > 0 ? 'right' : h.incoming.smtp ? 'info' : 'missing'}>
            {t('mailSettings.boxes', { count: h.incoming.mailboxes })}{' '}
            <PlaceLink to={places.setting('mailboxes')}>{t('mailSettings.toBoxes')}</PlaceLink>
          </Signal>
          <Signal sign={h.last_in ? 'right' : 'info'}>
            {h.last_in ? (
              <>
                {t('mailSettings.lastIn')} <Time at={h.last_in} />
              </>
            ) : (
              t('mailSettings.neverIn')
            )}
          </Signal>
          {h.waiting > 0 && <Signal sign="waiting">{t('mailSettings.waiting', { n: count(h.waiting) })}</Signal>}
          {held && (
            <Signal sign={h.failed > 0 ? 'wrong' : 'info'}>
              {t('mailSettings.held', { held: count(h.held), failed: count(h.failed) })}{' '}
              {tickets && <PlaceLink to={places.mails}>{t('mailSettings.toMails')}</PlaceLink>}
            </Signal>
          )}
          <Signal sign="info">
            {t('mailSettings.limit', { size: Math.round(h.incoming.max_bytes / 2 ** 20) })}{' '}
            {t(h.incoming.spam_filter ? 'mailSettings.spamOn' : 'mailSettings.spamOff')}
          </Signal>
        </ul>
      </Fieldset>
      <Fieldset legend={t('mailSettings.out')}>
        <ul className={classes.signals}>
          <Signal sign={h.outgoing.way === 'off' ? 'missing' : 'right'}>
            {t(`mailSettings.way.${h.outgoing.way}`, { relay: h.outgoing.relay })}
          </Signal>
          <Signal sign={h.last_out ? 'right' : 'info'}>
            {h.last_out ? (
              <>
                {t('mailSettings.lastOut')} <Time at={h.last_out} />
              </>
            ) : (
              t('mailSettings.neverOut')
            )}
          </Signal>
          <Signal sign={h.queued + h.deferred > 0 ? 'waiting' : 'right'}>
            {h.queued + h.deferred > 0
              ? t('mailSettings.queue', { queued: count(h.queued), deferred: count(h.deferred) })
              : t('mailSettings.noQueue')}
          </Signal>
          {h.bounced + h.uncertain > 0 && (
            <Signal sign="wrong">
              {t('mailSettings.bounced', { bounced: count(h.bounced), uncertain: count(h.uncertain) })}{' '}
              {tickets && <PlaceLink to={places.mails}>{t('mailSettings.toMails')}</PlaceLink>}
            </Signal>
          )}
        </ul>
      </Fieldset>
      <Fieldset legend={t('mailSettings.trip')}>
        <Stack gap="sm" align="flex-start">
          <Text size="sm" c="dimmed">
            {t('mailSettings.tripText')}
          </Text>
          <div aria-live="polite">{h.test && <Trip test={h.test} />}</div>
          <Button
            variant="default"
            leftSection={<IconSend size={16} aria-hidden />}
            loading={test.isPending}
            disabled={h.outgoing.way === 'off' || !address}
            onClick={() => test.mutate(null, { onSuccess: () => say(t('mailSettings.tripSent')) })}
          >
            {t('mailSettings.tripSend')}
          </Button>
          {(h.outgoing.way === 'off' || !address) && (
            <Text size="sm">{t(address ? 'mailSettings.tripNoWay' : 'mailSettings.tripNoAddress')}</Text>
          )}
        </Stack>
      </Fieldset>
    </>
  )
}

/** Trip is where the last test mail is. */
function Trip({ test }: { test: NonNullable<MailHealth['test']> }) {
  const { t } = useTranslation()
  const ended = ['bounced', 'suppressed', 'uncertain'].includes(test.state)
  const left: Sign = test.state === 'accepted' || test.back_at ? 'right' : ended ? 'wrong' : 'waiting'
  return (
    <ul className={classes.signals}>
      <Signal sign="info">
        {t('mailSettings.tripAt')} <Time at={test.sent_at} />
      </Signal>
      <Signal sign={left}>
        {t(`mailSettings.tripState.${test.state || 'queued'}`)}
        {test.reason && (
          <Text size="sm" c="dimmed" className={classes.wrap}>
            {test.reason}
          </Text>
        )}
      </Signal>
      <Signal sign={test.back_at ? 'right' : ended ? 'wrong' : 'waiting'}>
        {test.back_at ? (
          <>
            {t('mailSettings.tripBack')} <Time at={test.back_at} />
          </>
        ) : (
          t(ended ? 'mailSettings.tripNotBack' : 'mailSettings.tripNotYet')
        )}
      </Signal>
    </ul>
  )
}
