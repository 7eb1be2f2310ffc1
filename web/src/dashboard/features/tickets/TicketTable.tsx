import { Badge, Checkbox, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconArrowBackUp } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { places } from '@/shared/paths'
import { Initials } from '@/shared/ui/Initials'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import { StatusDot } from '@/shared/ui/Status'
import { Time } from '@/shared/ui/Time'
import type { Row } from './api'
import classes from './tickets.module.css'

export const usualColumns = ['requester', 'order', 'tags', 'assignee', 'waiting']
export const allColumns = [...usualColumns, 'group', 'type', 'priority', 'channel', 'created', 'updated']

type Props = {
  rows: Row[]
  columns: string[]
  picked: Set<number>
  fresh: Set<number>
  at: number | null
  label: string
  onPick: (id: number, range: boolean) => void
  onPickAll: (on: boolean) => void
}

/** TicketTable is the list; on a phone its rows are cards. */
export function TicketTable({ rows, columns, picked, fresh, at, label, onPick, onPickAll }: Props) {
  const { t } = useTranslation()
  const some = rows.some(r => picked.has(r.id))
  const all = rows.length > 0 && rows.every(r => picked.has(r.id))
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col" className={classes.pick}>
            <Checkbox
              size="xs"
              aria-label={t('tickets.pickPage')}
              checked={all}
              indeterminate={some && !all}
              onChange={e => onPickAll(e.currentTarget.checked)}
            />
          </th>
          <th scope="col" className={classes.state}>
            <span className="visually-hidden">{t('tickets.column.status')}</span>
          </th>
          <th scope="col">{t('tickets.column.subject')}</th>
          {columns.map(c => (
            <th key={c} scope="col" data-column={c}>
              {t(`tickets.column.${c}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(r => (
          <Line
            key={r.id}
            row={r}
            columns={columns}
            picked={picked.has(r.id)}
            fresh={fresh.has(r.id)}
            here={r.id === at}
            onPick={onPick}
          />
        ))}
      </tbody>
    </table>
  )
}

type LineProps = {
  row: Row
  columns: string[]
  picked: boolean
  fresh: boolean
  here: boolean
  onPick: (id: number, range: boolean) => void
}

const Line = memo(function Line({ row, columns, picked, fresh, here, onPick }: LineProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <tr
      data-picked={picked || undefined}
      data-fresh={fresh || undefined}
      data-here={here || undefined}
      data-unread={row.unread || undefined}
      data-ticket={row.id}
      onClick={e => {
        if ((e.target as Element).closest('a, button, input, label')) return
        if (e.shiftKey) onPick(row.id, true)
        else if (!getSelection()?.toString()) navigate({ to: places.ticket(row.id) })
      }}
    >
      <td className={classes.pick}>
        <Checkbox
          size="xs"
          aria-label={t('tickets.pick', { id: row.id })}
          checked={picked}
          onChange={() => {}}
          onClick={e => onPick(row.id, e.shiftKey)}
        />
      </td>
      <td className={classes.state}>
        <StatusDot status={row.status} />
      </td>
      <td className={classes.subject}>
        <div className={classes.title}>
          {row.unread && <span className={classes.unread} role="img" aria-label={t('tickets.unread')} />}
          {row.priority === 'high' && (
            <Badge size="xs" color="red" variant="light" className={classes.high}>
              {t('common.priority.high')}
            </Badge>
          )}
          <PlaceLink to={places.ticket(row.id)} underline="never" c="inherit" className={classes.link}>
            {row.subject || t('tickets.noSubject')}
          </PlaceLink>
          {row.trouble && (
            <span className={classes.trouble} title={t(`tickets.trouble.${row.trouble}`)}>
              <IconAlertTriangle size={14} aria-hidden />
              <span className="visually-hidden">{t(`tickets.trouble.${row.trouble}`)}</span>
            </span>
          )}
        </div>
        <div className={classes.snippet}>
          {row.snippet_by === 'agent' && (
            <IconArrowBackUp size={12} role="img" aria-label={t('tickets.byUs')} className={classes.ours} />
          )}
          {row.snippet || <span className={classes.id}>#{row.id}</span>}
        </div>
      </td>
      {columns.map(c => (
        <td key={c} data-column={c}>
          <Cell row={row} column={c} />
        </td>
      ))}
    </tr>
  )
})

function Cell({ row, column }: { row: Row; column: string }) {
  const { t } = useTranslation()
  switch (column) {
    case 'requester':
      return (
        <Text size="sm" truncate title={row.requester?.email ?? row.from_email ?? undefined}>
          {row.requester?.name || row.from_email || t('common.unknownPerson')}
        </Text>
      )
    case 'order':
      return row.order ? (
        <Text size="sm" className={classes.order} truncate>
          {row.order}
        </Text>
      ) : null
    case 'tags':
      return <Tags tags={row.tags} />
    case 'assignee':
      return row.assignee ? (
        <Initials name={row.assignee.name} size={24} />
      ) : (
        <span
          className={classes.nobody}
          role="img"
          aria-label={t('tickets.unassigned')}
          title={t('tickets.unassigned')}
        />
      )
    case 'waiting':
      return (
        <Text size="sm" c="dimmed" span className={classes.age}>
          <Time at={row.customer_at ?? row.created_at} narrow />
        </Text>
      )
    case 'group':
      return (
        <Text size="sm" truncate>
          {row.group?.name}
        </Text>
      )
    case 'type':
      return (
        <Text size="sm" truncate>
          {row.type?.name}
        </Text>
      )
    case 'priority':
      return <Text size="sm">{t(`common.priority.${row.priority}`)}</Text>
    case 'channel':
      return <Text size="sm">{t(`common.channel.${row.channel}`)}</Text>
    case 'created':
      return (
        <Text size="sm" c="dimmed" span>
          <Time at={row.created_at} narrow />
        </Text>
      )
    case 'updated':
      return (
        <Text size="sm" c="dimmed" span>
          <Time at={row.updated_at} narrow />
        </Text>
      )
  }
  return null
}

function Tags({ tags }: { tags: string[] }) {
  const rest = tags.slice(2)
  return (
    <Group gap={4} wrap="nowrap" className={classes.tags}>
      {tags.slice(0, 2).map(tag => (
        <span key={tag} className={classes.tag} title={tag}>
          {tag}
        </span>
      ))}
      {rest.length > 0 && (
        <span className={classes.moreTags} title={rest.join(', ')}>
          +{rest.length}
        </span>
      )}
    </Group>
  )
}
