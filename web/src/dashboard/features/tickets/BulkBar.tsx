import { Button, CloseButton, Group, Menu, Popover, Progress, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMacros } from '@/shared/compose/lookups'
import { confirm } from '@/shared/confirm'
import { useMe } from '@/shared/me'
import { AgentSelect, GroupSelect, priorities, TagPicker, TypeSelect } from '@/shared/pickers'
import { StatusDot, statuses } from '@/shared/ui/Status'
import type { Bulk, BulkChange } from './api'
import classes from './tickets.module.css'

type Props = {
  count: number
  /** how many more the search finds, when the whole page is picked; null when nothing more */
  all: { n: number | null; chosen: boolean; choose: () => void } | null
  running: Bulk | null
  open: string | null
  onOpen: (menu: string | null) => void
  onChange: (change: BulkChange) => void
  onClear: () => void
}

/** BulkBar stands below the list while tickets are picked. */
export function BulkBar({ count, all, running, open, onOpen, onChange, onClear }: Props) {
  const { t } = useTranslation()
  const me = useMe().user
  const pick = (change: BulkChange) => {
    onOpen(null)
    onChange(change)
  }
  if (running) {
    const left = running.state === 'undoing' ? running.done : running.waiting
    return (
      <section className={classes.bulk} aria-label={t('tickets.bulk')}>
        <Text size="sm" role="status">
          {t(running.state === 'undoing' ? 'tickets.undoing' : 'tickets.changing', {
            done: running.total - left,
            count: running.total,
          })}
        </Text>
        <Progress
          value={running.total ? ((running.total - left) / running.total) * 100 : 100}
          flex={1}
          aria-label={t('tickets.progress')}
        />
      </section>
    )
  }
  return (
    <section className={classes.bulk} aria-label={t('tickets.bulk')}>
      <Text size="sm" fw={600} role="status">
        {all?.chosen
          ? all.n === null
            ? t('tickets.allPicked')
            : t('tickets.picked', { count: all.n })
          : t('tickets.picked', { count })}
      </Text>
      {all && !all.chosen && (
        <Button size="compact-sm" variant="subtle" onClick={all.choose}>
          {all.n === null ? t('tickets.pickAllMany') : t('tickets.pickAll', { count: all.n })}
        </Button>
      )}
      <Group gap={6} ml="auto">
        <Menu opened={open === 'status'} onChange={o => onOpen(o ? 'status' : null)} position="top">
          <Menu.Target>
            <Button size="compact-sm" variant="default">
              {t('common.pick.status')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {statuses.map(s => (
              <Menu.Item key={s} leftSection={<StatusDot status={s} />} onClick={() => pick({ status: s })}>
                {t(`common.status.${s}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Choice name="assign" label={t('common.pick.agent')} open={open} onOpen={onOpen}>
          <Button size="compact-sm" variant="light" onClick={() => pick({ assignee: me.id })}>
            {t('tickets.toMe')}
          </Button>
          <AgentSelect
            value={null}
            onChange={id => id && pick({ assignee: id })}
            comboboxProps={{ withinPortal: false }}
            data-autofocus
          />
          <Button size="compact-sm" variant="default" onClick={() => pick({ assignee: 0 })}>
            {t('tickets.toNobody')}
          </Button>
        </Choice>
        <Choice name="group" label={t('common.pick.group')} open={open} onOpen={onOpen}>
          <GroupSelect
            value={null}
            onChange={id => id && pick({ group: id })}
            comboboxProps={{ withinPortal: false }}
            data-autofocus
          />
          <Button size="compact-sm" variant="default" onClick={() => pick({ group: 0 })}>
            {t('tickets.noGroup')}
          </Button>
        </Choice>
        <Menu opened={open === 'priority'} onChange={o => onOpen(o ? 'priority' : null)} position="top">
          <Menu.Target>
            <Button size="compact-sm" variant="default">
              {t('common.pick.priority')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {priorities.map(p => (
              <Menu.Item key={p} onClick={() => pick({ priority: p })}>
                {t(`common.priority.${p}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Choice name="type" label={t('common.pick.type')} open={open} onOpen={onOpen}>
          <TypeSelect
            value={null}
            onChange={id => id && pick({ type: id })}
            comboboxProps={{ withinPortal: false }}
            data-autofocus
          />
          <Button size="compact-sm" variant="default" onClick={() => pick({ type: 0 })}>
            {t('tickets.noType')}
          </Button>
        </Choice>
        <Choice name="tags" label={t('common.pick.tags')} open={open} onOpen={onOpen}>
          <TagChange onChange={pick} />
        </Choice>
        <MacroMenu count={all?.chosen ? all.n : count} open={open === 'macro'} onOpen={onOpen} onChange={pick} />
        <CloseButton aria-label={t('tickets.clear')} onClick={onClear} />
      </Group>
    </section>
  )
}

function Choice({
  name,
  label,
  open,
  onOpen,
  children,
}: {
  name: string
  label: string
  open: string | null
  onOpen: (menu: string | null) => void
  children: React.ReactNode
}) {
  return (
    <Popover
      opened={open === name}
      onChange={o => onOpen(o ? name : null)}
      position="top"
      trapFocus
      returnFocus
      width={260}
      withArrow
    >
      <Popover.Target>
        <Button size="compact-sm" variant="default" onClick={() => onOpen(open === name ? null : name)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">{children}</Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function MacroMenu({
  count,
  open,
  onOpen,
  onChange,
}: {
  count: number | null
  open: boolean
  onOpen: (menu: string | null) => void
  onChange: (change: BulkChange) => void
}) {
  const { t } = useTranslation()
  const macros = useMacros()
  if (macros.length === 0) return null
  const use = async (m: (typeof macros)[number]) => {
    onOpen(null)
    const yes = await confirm({
      title:
        count === null
          ? t('tickets.macroTitleMany', { name: m.name })
          : t('tickets.macroTitle', { name: m.name, count }),
      text: m.comment_mode === 'public' ? t('tickets.macroSends') : undefined,
      action: t('tickets.macroUse'),
    })
    if (yes) onChange({ macro: m.id })
  }
  return (
    <Menu opened={open} onChange={o => onOpen(o ? 'macro' : null)} position="top">
      <Menu.Target>
        <Button size="compact-sm" variant="default">
          {t('tickets.macro')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} className={classes.suggestions}>
        {macros.map(m => (
          <Menu.Item key={m.id} onClick={() => void use(m)}>
            {m.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function TagChange({ onChange }: { onChange: (change: BulkChange) => void }) {
  const { t } = useTranslation()
  const [add, setAdd] = useState<string[]>([])
  const [remove, setRemove] = useState<string[]>([])
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        onChange({ add_tags: add, remove_tags: remove })
      }}
    >
      <Stack gap="xs">
        <TagPicker
          label={t('tickets.addTags')}
          value={add}
          onChange={setAdd}
          comboboxProps={{ withinPortal: false }}
          data-autofocus
        />
        <TagPicker
          label={t('tickets.removeTags')}
          value={remove}
          onChange={setRemove}
          comboboxProps={{ withinPortal: false }}
        />
        <Button type="submit" size="compact-sm" disabled={add.length + remove.length === 0}>
          {t('tickets.apply')}
        </Button>
      </Stack>
    </form>
  )
}
