import { Stack, Text } from '@mantine/core'
import { type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChangeChips } from '@/shared/compose/ChangeChips'
import { type Macro, useMacros, useTicketsLike, useVariables } from '@/shared/compose/lookups'
import { best, fill, mentionOf, type Trigger } from '@/shared/compose/trigger'
import type { Choice, WritingHandle } from '@/shared/compose/Writing'
import { useAgents } from '@/shared/pickers/lookups'

/** useChoices is what the text field of a ticket offers: macros, colleagues, tickets, variables. */
export function useChoices({
  ticket,
  requester,
  order,
  note,
  writing,
  onMacro,
}: {
  ticket: number
  requester?: number
  order?: string
  note: boolean
  writing: RefObject<WritingHandle | null>
  /** A macro was chosen; what called for it stands from start to the caret. */
  onMacro: (m: Macro, start: number) => void
}) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState('')
  const [macros, agents, tickets] = [useMacros(), useAgents(), useTicketsLike(asked)]
  const variables = useVariables(ticket, requester, order)
  const values = Object.fromEntries(variables.map(v => [v.name, v.value]))
  const insert = (text: string) => (at: Trigger) => writing.current?.insert(text, at.start)

  const choices = (at: Trigger): Choice[] | null => {
    switch (at.kind) {
      case 'macro':
        return best(macros, at.query, m => m.name).map(m => ({
          key: String(m.id),
          label: m.name,
          hint: m.comment_mode ? t(`composer.mode.${m.comment_mode}`) : t('composer.mode.changes'),
          preview: (
            <Stack gap="xs">
              <ChangeChips changes={m.changes} />
              {m.comment ? (
                <span>{fill(m.comment, values)}</span>
              ) : (
                <Text c="dimmed">{t('composer.macro.noText')}</Text>
              )}
            </Stack>
          ),
          take: x => onMacro(m, x.start),
        }))
      case 'mention':
        if (!note) return null
        return best(agents, at.query, a => `${a.name} ${a.email}`).map(a => ({
          key: String(a.id),
          label: a.name,
          hint: a.email,
          take: insert(`${mentionOf(a)} `),
        }))
      case 'ticket':
        if (asked !== at.query) queueMicrotask(() => setAsked(at.query))
        return tickets.map(x => ({
          key: String(x.id),
          label: `#${x.id} ${x.subject}`,
          take: insert(`#${x.id} `),
        }))
      case 'variable':
        return best(variables, at.query, v => v.name, 12).map(v => ({
          key: v.name,
          label: v.name,
          hint: v.value || t('composer.variable.none'),
          take: insert(v.value || `{{ ${v.name} }}`),
        }))
    }
  }
  return { choices, values }
}
