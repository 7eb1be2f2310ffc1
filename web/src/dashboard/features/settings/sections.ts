import type { IconMail } from '@tabler/icons-react'
import { type Permission, useMe } from '@/shared/me'

/** A section of the settings, and what opens it; null: everybody has it. */
export type Section = { name: string; group: string; needs: Permission | null; icon: typeof IconMail }

/** Those that one may see, by their groups. */
export function useGroups(sections: Section[]): [group: string, sections: Section[]][] {
  const me = useMe()
  const mine = sections.filter(s => s.needs === null || me.can.includes(s.needs))
  return [...new Set(mine.map(s => s.group))].map(g => [g, mine.filter(s => s.group === g)])
}
