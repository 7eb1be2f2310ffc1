import { Badge, Group, Modal, ScrollArea, Stack, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { Time } from '@/shared/ui/Time'
import { size } from './Attachments'
import { originalQuery } from './api'
import { MailFrame } from './MailFrame'
import classes from './Ticket.module.css'

/** OriginalModal shows a received mail for who wants to know exactly. */
export function OriginalModal({ mail, onClose }: { mail: number; onClose: () => void }) {
  const { t } = useTranslation()
  const original = useQuery(originalQuery(mail))
  return (
    <Modal opened onClose={onClose} size="xl" title={t('ticket.mail.original')}>
      {original.isPending && <Loading />}
      {original.isError && <ErrorNote error={original.error} />}
      {original.data && <Body mail={original.data} />}
    </Modal>
  )
}

const verdicts = ['spf', 'dkim', 'dmarc'] as const

function Body({ mail }: { mail: Schema<'OriginalMail'> }) {
  const { t, i18n } = useTranslation()
  const checks = (mail.checks ?? {}) as Record<string, unknown>
  return (
    <Stack gap="sm">
      <Group gap="xs">
        {verdicts.map(v => (
          <Verdict key={v} name={v} says={typeof checks[v] === 'string' ? (checks[v] as string) : 'none'} />
        ))}
      </Group>
      <dl className={classes.facts}>
        <dt>{t('ticket.mail.received')}</dt>
        <dd>
          <Time at={mail.received_at} /> · {mail.source} · {size(mail.size, i18n.language)}
        </dd>
        <dt>{t('ticket.mail.envelope')}</dt>
        <dd>
          {mail.envelope_from || '<>'} → {mail.recipients.join(', ')}
        </dd>
        <dt>{t('ticket.mail.why')}</dt>
        <dd>{mail.reason}</dd>
        {typeof checks.detail === 'string' && checks.detail !== '' && (
          <>
            <dt>{t('ticket.mail.detail')}</dt>
            <dd>{checks.detail}</dd>
          </>
        )}
      </dl>
      <Tabs defaultValue={mail.html ? 'html' : 'text'} keepMounted={false}>
        <Tabs.List>
          {mail.html && <Tabs.Tab value="html">{t('ticket.mail.asSent')}</Tabs.Tab>}
          <Tabs.Tab value="text">{t('ticket.mail.text')}</Tabs.Tab>
          <Tabs.Tab value="headers">{t('ticket.mail.headers')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="html" pt="sm">
          <MailFrame mail={mail.id} />
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="sm">
          <Raw text={mail.text} label={t('ticket.mail.text')} />
        </Tabs.Panel>
        <Tabs.Panel value="headers" pt="sm">
          <Raw text={mail.headers} label={t('ticket.mail.headers')} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}

function Raw({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  if (!text.trim()) return <Text c="dimmed">{t('common.none')}</Text>
  return (
    <ScrollArea.Autosize mah="45dvh" viewportProps={{ tabIndex: 0, 'aria-label': label, role: 'region' }}>
      <div className={classes.raw} data-whole>
        {text}
      </div>
    </ScrollArea.Autosize>
  )
}

/** Verdict is what a check says of a mail's sender, in a word as well as a colour. */
export function Verdict({ name, says }: { name: string; says: string }) {
  const { t } = useTranslation()
  const colour = says === 'pass' ? 'green' : says === 'fail' ? 'red' : 'gray'
  return (
    <Badge
      variant="light"
      color={colour}
      size="sm"
      className={classes.verdict}
      title={t('ticket.mail.verdict', { name: name.toUpperCase(), says })}
    >
      {name.toUpperCase()} {says}
    </Badge>
  )
}
