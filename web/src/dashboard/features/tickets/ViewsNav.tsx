import { ActionIcon, Menu, Text } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'
import { places } from '@/shared/paths'
import { PlaceNav } from '@/shared/ui/PlaceLink'
import { useDeleteView, useOrderViews, type View } from './api'
import classes from './tickets.module.css'

type Props = {
  views: View[]
  counts: Record<string, number>
  cap: number
  current: string
  onEdit: (view: View) => void
}

export const viewName = (t: (key: string) => string, v: Pick<View, 'id' | 'name' | 'built_in'>) =>
  v.built_in ? t(`tickets.view.${v.id}`) : v.name

/** ViewsNav lists the views with how many tickets they hold. */
export function ViewsNav({ views, counts, cap, current, onEdit }: Props) {
  const { t } = useTranslation()
  const built = views.filter(v => v.built_in)
  const shared = views.filter(v => !v.built_in && v.shared)
  const own = views.filter(v => !v.built_in && !v.shared)
  const count = (id: string) => <Count n={counts[id]} cap={cap} />
  return (
    <nav aria-label={t('tickets.views')} className={classes.views}>
      <Text size="xs" fw={650} c="dimmed" className={classes.section}>
        {t('tickets.views')}
      </Text>
      {built.map(v => (
        <Entry key={v.id} view={v} current={current} count={count(v.id)} />
      ))}
      <PlaceNav
        to={places.mails}
        label={t('tickets.view.held')}
        className={classes.view}
        rightSection={<Count n={counts.held} cap={cap} />}
      />
      {[
        ['tickets.sharedViews', shared],
        ['tickets.ownViews', own],
      ].map(
        ([title, list]) =>
          list!.length > 0 && (
            <div key={title as string}>
              <Text size="xs" fw={650} c="dimmed" className={classes.section}>
                {t(title as string)}
              </Text>
              {(list as View[]).map((v, i) => (
                <Entry key={v.id} view={v} current={current} count={count(v.id)}>
                  {v.may_change && <Change list={list as View[]} at={i} onEdit={onEdit} />}
                </Entry>
              ))}
            </div>
          ),
      )}
    </nav>
  )
}

function Entry({
  view,
  current,
  count,
  children,
}: {
  view: View
  current: string
  count: React.ReactNode
  children?: React.ReactNode
}) {
  const { t } = useTranslation()
  const here = view.id === current
  return (
    <div className={classes.entry}>
      <PlaceNav
        to={places.tickets}
        search={{ view: view.id }}
        label={viewName(t, view)}
        active={here}
        aria-current={here ? 'page' : undefined}
        className={classes.view}
        rightSection={count}
        variant="light"
      />
      {children}
    </div>
  )
}

function Count({ n, cap }: { n: number | undefined; cap: number }) {
  const { t } = useTranslation()
  if (!n) return null
  return (
    <Text span size="xs" c="dimmed" className={classes.count} title={t('tickets.inView', { count: n })}>
      {n > cap ? `${cap}+` : n}
    </Text>
  )
}

function Change({ list, at, onEdit }: { list: View[]; at: number; onEdit: (v: View) => void }) {
  const { t } = useTranslation()
  const remove = useDeleteView()
  const order = useOrderViews()
  const view = list[at]!
  const move = (by: number) => {
    const ids = list.filter(v => v.may_change).map(v => Number(v.id))
    const from = ids.indexOf(Number(view.id))
    ids.splice(from, 1)
    ids.splice(from + by, 0, Number(view.id))
    order.mutate(ids)
  }
  const ask = async () => {
    if (
      await confirm({ title: t('tickets.deleteView', { name: view.name }), action: t('common.delete'), danger: true })
    )
      remove.mutate(view.id)
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size="sm" className={classes.entryMenu} aria-label={t('tickets.changeView', { name: view.name })}>
          <IconDots size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={14} aria-hidden />} onClick={() => onEdit(view)}>
          {t('tickets.edit')}
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowUp size={14} aria-hidden />} disabled={at === 0} onClick={() => move(-1)}>
          {t('tickets.moveUp')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowDown size={14} aria-hidden />}
          disabled={at === list.length - 1}
          onClick={() => move(1)}
        >
          {t('tickets.moveDown')}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={14} aria-hidden />} onClick={ask}>
          {t('common.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
