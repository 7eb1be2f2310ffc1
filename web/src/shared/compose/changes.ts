import type { Schema } from '@/api/client'

export type Changes = Schema<'Changes'>

const union = (a: string[] = [], b: string[] = []) => [...new Set([...a, ...b])]

/** merged is what two sets of changes come to, one after the other. */
export function merged(a: Changes, b: Changes): Changes {
  const out: Changes = { ...a, ...b }
  if (b.set_tags) {
    out.set_tags = b.set_tags
    out.add_tags = b.add_tags
    out.remove_tags = b.remove_tags
  } else {
    out.add_tags = union(a.add_tags, b.add_tags).filter(t => !b.remove_tags?.includes(t))
    out.remove_tags = union(a.remove_tags, b.remove_tags).filter(t => !b.add_tags?.includes(t))
  }
  return tidy(out)
}

/** tidy leaves out what says nothing. */
export function tidy(c: Changes): Changes {
  return Object.fromEntries(
    Object.entries(c).filter(([k, v]) => v !== undefined && (k === 'set_tags' || !Array.isArray(v) || v.length > 0)),
  )
}

export type Step = { key: string; without: Changes }

/** steps lists the single changes, each with what is left when it is taken away. */
export function steps(c: Changes): (Step & { field: keyof Changes; value: string | number | string[] })[] {
  const out: (Step & { field: keyof Changes; value: string | number | string[] })[] = []
  for (const field of ['status', 'priority', 'type', 'assignee', 'group', 'set_tags'] as const) {
    const value = c[field]
    if (value !== undefined) out.push({ key: field, field, value, without: tidy({ ...c, [field]: undefined }) })
  }
  for (const field of ['add_tags', 'remove_tags'] as const) {
    for (const tag of c[field] ?? []) {
      out.push({
        key: `${field}:${tag}`,
        field,
        value: tag,
        without: tidy({ ...c, [field]: c[field]?.filter(x => x !== tag) }),
      })
    }
  }
  return out
}
