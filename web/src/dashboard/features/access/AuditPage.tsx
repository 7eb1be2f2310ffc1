import { Badge, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { Time } from '@/shared/ui/Time'
import classes from './access.module.css'
import { type AuditEntry, type AuditFilter, exportAddress, useAudit, useMembers } from './api'
import { useParam } from './useParam'

/** What actions begin with; those of other parts of the settings show as they are. */
const families = [
  'signin.',
  'session.',
  'factor.',
  'password.',
  'reset.',
  'confirm.',
  'identity.',
  'member.',
  'invitation.',
  'group.',
  'app.',
  'token.',
  'webhook.',
  'type.',
  'tag.',
  'notification.',
  'branding.',
  'store.',
  'mailbox.',
]

/** day is the instant a day begins, in the browser's zone; the next one with plus 1. */
export function day(date: string | undefined, plus = 0): string | undefined {
  if (!date || !/^\d{4}-\d\d-\d\d$/.test(date)) return undefined
  const at = new Date(`${date}T00:00:00`)
  if (Number.isNaN(at.getTime())) return undefined
  at.setDate(at.getDate() + plus)
  return at.toISOString()
}

/** AuditPage is the record of access: who did what to whom. */
export function AuditPage() {
  const { t } = useTranslation()
  const [account, setAccount] = useParam('who')
  const [action, setAction] = useParam('what')
  const [from, setFrom] = useParam('from')
  const [to, setTo] = useParam('to')
  const members = useMembers().data?.results ?? []
  const filter: AuditFilter = { account: Number(account) || undefined, action, from: day(from), to: day(to, 1) }
  const log = useAudit(filter)
  const list = log.data?.pages.flatMap(p => p.results) ?? []
  const people = members.map(m => ({ value: String(m.account), label: m.name }))
  if (account && !people.some(p => p.value === account)) {
    people.push({ value: account, label: list.find(e => String(e.account) === account)?.actor || `#${account}` })
  }
  const kinds = families.map(f => ({ value: f, label: t(`access.audit.family.${f.slice(0, -1)}`) }))
  if (action && !families.includes(action)) kinds.push({ value: action, label: action })
  return (
    <>
      <PageHead title={t('access.audit.title')}>
        <Button
          component="a"
          href={exportAddress(filter)}
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('access.audit.export')}
        </Button>
      </PageHead>
      <Group className={classes.filters} align="flex-end" gap="sm">
        <Select
          label={t('access.audit.who')}
          placeholder={t('access.audit.anybody')}
          clearable
          searchable
          data={people}
          value={account ?? null}
          onChange={v => setAccount(v ?? undefined)}
        />
        <Select
          label={t('access.audit.what')}
          placeholder={t('access.audit.anything')}
          clearable
          searchable
          data={kinds}
          value={action ?? null}
          onChange={v => setAction(v ?? undefined)}
        />
        <TextInput
          type="date"
          label={t('access.audit.from')}
          value={from ?? ''}
          onChange={e => setFrom(e.currentTarget.value || undefined)}
        />
        <TextInput
          type="date"
          label={t('access.audit.to')}
          value={to ?? ''}
          onChange={e => setTo(e.currentTarget.value || undefined)}
        />
      </Group>
      {log.isPending ? (
        <Loading />
      ) : log.isError && !log.data ? (
        <ErrorNote error={log.error} retry={() => void log.refetch()} />
      ) : list.length === 0 ? (
        <Empty title={t('access.audit.none')} text={t('access.audit.noneText')} />
      ) : (
        <ul className={classes.list} aria-label={t('access.audit.title')}>
          {list.map(e => (
            <Line key={e.id} entry={e} onWho={() => setAccount(String(e.account))} />
          ))}
        </ul>
      )}
      {log.hasNextPage && (
        <Button m="md" variant="default" onClick={() => void log.fetchNextPage()} loading={log.isFetchingNextPage}>
          {t('access.older')}
        </Button>
      )}
    </>
  )
}

function Line({ entry: e, onWho }: { entry: AuditEntry; onWho: () => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const name = t(`access.audit.action.${e.action.replace('.', '_')}`, { defaultValue: e.action })
  return (
    <li className={classes.row}>
      <span className={classes.when}>
        <Time at={e.created_at} />
      </span>
      <div className={classes.main}>
        <Text size="sm">
          <Text span fw={600} size="sm">
            {name}
          </Text>
          {e.subject && ` · ${e.subject}`}
        </Text>
        <Text size="xs" c="dimmed">
          {[e.device, e.ip].filter(Boolean).join(' · ')}
        </Text>
      </div>
      {e.account > 0 ? (
        <Button size="compact-sm" variant="subtle" onClick={onWho} title={t('access.audit.onlyTheirs')}>
          {e.actor || `#${e.account}`}
        </Button>
      ) : (
        <Badge variant="light" color="gray" className={classes.badge}>
          {t('access.audit.nobody')}
        </Badge>
      )}
      <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('access.details')}
      </Button>
      {open && (
        <div className={classes.more}>
          <dl className={classes.facts}>
            <dt>{t('access.audit.what')}</dt>
            <dd>{e.action}</dd>
            {Object.entries(e.data).map(([k, v]) => (
              <Fact key={k} name={k} value={v} />
            ))}
            <Fact name={t('access.address')} value={e.ip} />
            <Fact name={t('access.agent')} value={e.user_agent} />
            <Fact name={t('access.audit.when')} value={e.created_at ?? ''} />
          </dl>
        </div>
      )}
    </li>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  if (!value) return null
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
