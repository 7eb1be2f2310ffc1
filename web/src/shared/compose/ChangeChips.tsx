import { Group, Pill } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAgents, useGroups, useTypes } from '@/shared/pickers/lookups'
import { type Changes, steps } from './changes'

/** ChangeChips shows what will change on a ticket; each can be taken away where onChange is given. */
export function ChangeChips({ changes, onChange }: { changes: Changes; onChange?: (c: Changes) => void }) {
  const { t } = useTranslation()
  const [agents, groups, types] = [useAgents(), useGroups(), useTypes()]
  const list = steps(changes)
  if (list.length === 0) return null
  const named = (all: { id: number; name: string }[], id: unknown) =>
    all.find(x => x.id === id)?.name ?? (id === 0 ? t('common.none') : `#${id}`)
  const words = (field: keyof Changes, value: string | number | string[]): string => {
    switch (field) {
      case 'status':
      case 'priority':
        return t(`common.${field}.${value}`)
      case 'type':
        return named(types, value)
      case 'assignee':
        return named(agents, value)
      case 'group':
        return named(groups, value)
      case 'set_tags':
        return (value as string[]).join(', ') || t('common.none')
      default:
        return String(value)
    }
  }
  return (
    <Group gap={6} component="ul" m={0} p={0} aria-label={t('compose.changes')}>
      {list.map(s => {
        const text = t(`compose.change.${s.field}`, { value: words(s.field, s.value) })
        return (
          <Pill
            key={s.key}
            component="li"
            size="md"
            withRemoveButton={!!onChange}
            onRemove={() => onChange?.(s.without)}
            removeButtonProps={{
              'aria-label': t('compose.dropChange', { what: text }),
              'aria-hidden': false,
              tabIndex: 0,
            }}
          >
            {text}
          </Pill>
        )
      })}
    </Group>
  )
}
