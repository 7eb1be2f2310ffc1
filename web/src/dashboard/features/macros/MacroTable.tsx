import { ActionIcon, Anchor, Badge, Box, Group, Menu, Stack, Table, Text } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconGripVertical,
  IconLock,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChangeChips } from '@/shared/compose/ChangeChips'
import { useGroups } from '@/shared/pickers/lookups'
import { Time } from '@/shared/ui/Time'
import type { Macro } from './api'
import classes from './Macros.module.css'

/** moved is a list with one of its things at another place. */
export function moved(ids: number[], id: number, to: number): number[] {
  const rest = ids.filter(x => x !== id)
  return [...rest.slice(0, to), id, ...rest.slice(to)]
}

/** MacroTable lists macros; they are brought into order by dragging or with the menu. */
export function MacroTable({
  macros,
  may,
  sortable,
  onOrder,
  onEdit,
  onCopy,
  onDelete,
}: {
  macros: Macro[]
  may: boolean
  sortable: boolean
  onOrder: (ids: number[]) => void
  onEdit: (m: Macro) => void
  onCopy: (m: Macro) => void
  onDelete: (m: Macro) => void
}) {
  const { t } = useTranslation()
  const groups = useGroups()
  const dragged = useRef<number | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const ids = macros.map(m => m.id)
  return (
    <Box px="md" pb="md">
      <Table highlightOnHover verticalSpacing="xs" layout="auto">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('macros.name')}</Table.Th>
            <Table.Th className={classes.wide}>{t('macros.does')}</Table.Th>
            <Table.Th className={`${classes.wide} ${classes.line}`}>{t('macros.groups')}</Table.Th>
            <Table.Th className={classes.wide}>{t('macros.uses')}</Table.Th>
            {may && (
              <Table.Th>
                <span className="visually-hidden">{t('common.more')}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {macros.map((m, i) => (
            <Table.Tr
              key={m.id}
              className={classes.row}
              data-over={over === m.id || undefined}
              onDragOver={e => {
                if (dragged.current === null) return
                e.preventDefault()
                setOver(m.id)
              }}
              onDrop={e => {
                e.preventDefault()
                setOver(null)
                if (dragged.current !== null && dragged.current !== m.id) onOrder(moved(ids, dragged.current, i))
                dragged.current = null
              }}
            >
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  {sortable && (
                    <span
                      className={classes.grip}
                      draggable
                      aria-hidden
                      onDragStart={e => {
                        dragged.current = m.id
                        e.dataTransfer.effectAllowed = 'move'
                        e.dataTransfer.setData('text/plain', m.name)
                      }}
                      onDragEnd={() => {
                        dragged.current = null
                        setOver(null)
                      }}
                    >
                      <IconGripVertical size={15} />
                    </span>
                  )}
                  {may ? (
                    <Anchor component="button" type="button" size="sm" fw={600} ta="start" onClick={() => onEdit(m)}>
                      {m.name}
                    </Anchor>
                  ) : (
                    <Text size="sm" fw={600}>
                      {m.name}
                    </Text>
                  )}
                </Group>
              </Table.Td>
              <Table.Td className={classes.wide}>
                <Stack gap={4}>
                  {m.comment_mode && (
                    <Group gap="xs" wrap="nowrap">
                      <Badge
                        size="sm"
                        variant="default"
                        className={classes.mode}
                        leftSection={m.comment_mode === 'internal' ? <IconLock size={11} aria-hidden /> : undefined}
                      >
                        {t(`macros.mode.${m.comment_mode}`)}
                      </Badge>
                      <Text size="sm" c="dimmed" className={classes.start}>
                        {m.comment}
                      </Text>
                    </Group>
                  )}
                  <ChangeChips changes={m.changes} />
                </Stack>
              </Table.Td>
              <Table.Td className={classes.wide}>
                <Text size="sm">
                  {m.groups.map(id => groups.find(g => g.id === id)?.name ?? `#${id}`).join(', ') ||
                    t('macros.everybody')}
                </Text>
              </Table.Td>
              <Table.Td className={classes.wide}>
                <Text size="sm">
                  {m.uses}
                  {m.last_used_at && (
                    <Text span c="dimmed" size="xs">
                      {' · '}
                      <Time at={m.last_used_at} />
                    </Text>
                  )}
                </Text>
              </Table.Td>
              {may && (
                <Table.Td ta="end">
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <ActionIcon aria-label={t('macros.menu', { name: m.name })}>
                        <IconDots size={16} aria-hidden />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={() => onEdit(m)}>
                        {t('macros.edit')}
                      </Menu.Item>
                      <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => onCopy(m)}>
                        {t('macros.copy')}
                      </Menu.Item>
                      {sortable && (
                        <>
                          <Menu.Item
                            disabled={i === 0}
                            leftSection={<IconArrowUp size={15} aria-hidden />}
                            onClick={() => onOrder(moved(ids, m.id, i - 1))}
                          >
                            {t('macros.up')}
                          </Menu.Item>
                          <Menu.Item
                            disabled={i === ids.length - 1}
                            leftSection={<IconArrowDown size={15} aria-hidden />}
                            onClick={() => onOrder(moved(ids, m.id, i + 1))}
                          >
                            {t('macros.down')}
                          </Menu.Item>
                        </>
                      )}
                      <Menu.Divider />
                      <Menu.Item
                        color="red"
                        leftSection={<IconTrash size={15} aria-hidden />}
                        onClick={() => onDelete(m)}
                      >
                        {t('common.delete')}
                      </Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}
