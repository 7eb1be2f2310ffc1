import type { Schema } from '@/api/client'

export type Item = Schema<'TimelineItem'>
export type Comment = Schema<'TimelineComment'>
export type Activity = Schema<'TimelineEvent'>

/** A row of the timeline: one comment, or what one person did between two comments. */
export type Row =
  | { key: string; kind: 'comment'; item: Item; comment: Comment; unread: boolean }
  | { key: string; kind: 'events'; items: { item: Item; event: Activity }[]; unread: boolean }

const HOUR = 3_600_000

/** rows brings events that follow each other, by the same actor within an hour, into one row. */
export function rows(items: Item[]): Row[] {
  const list: Row[] = []
  for (const item of items) {
    if (item.comment) {
      list.push({ key: item.key, kind: 'comment', item, comment: item.comment, unread: item.unread })
      continue
    }
    if (!item.event) continue
    const last = list.at(-1)
    const before = last?.kind === 'events' ? last.items.at(-1) : undefined
    if (last?.kind === 'events' && before && together(before, { item, event: item.event })) {
      last.items.push({ item, event: item.event })
      last.unread ||= item.unread
    } else {
      list.push({ key: item.key, kind: 'events', items: [{ item, event: item.event }], unread: item.unread })
    }
  }
  return list
}

type One = { item: Item; event: Activity }

function together(a: One, b: One): boolean {
  return (
    a.event.actor.kind === b.event.actor.kind &&
    a.event.actor.id === b.event.actor.id &&
    a.event.type === b.event.type &&
    a.event.type === 'ticket.updated' &&
    a.event.reason === b.event.reason &&
    a.item.unread === b.item.unread &&
    Date.parse(b.item.at ?? '') - Date.parse(a.item.at ?? '') < HOUR
  )
}

/** joined are the changes of a row: what a field was before the first, and after the last. */
export function joined(items: One[]): Schema<'FieldChange'>[] {
  const list: Schema<'FieldChange'>[] = []
  for (const { event } of items) {
    for (const c of event.changes) {
      const known = ['merged', 'split', 'linked'].includes(c.field) ? undefined : list.find(x => x.field === c.field)
      if (known) known.to = c.to
      else list.push({ ...c })
    }
  }
  return list.filter(c => c.from.join('\n') !== c.to.join('\n') || c.field === 'subject')
}

/** listChange says what was added to a list and what was taken away. */
export function listChange(c: Schema<'FieldChange'>): { added: string[]; removed: string[] } {
  return { added: c.to.filter(x => !c.from.includes(x)), removed: c.from.filter(x => !c.to.includes(x)) }
}
