/**
 * The search box's side of the search language (the server's is internal/desk/search.go):
 * it only needs to know where a chip begins and ends.
 */
export type Chip = { text: string; key: string; not: boolean; values: string }
export type Parts = { chips: Chip[]; words: string }

/** The names of chips, as they are offered. */
export const chipKeys = [
  'status',
  'assignee',
  'group',
  'type',
  'tag',
  'priority',
  'channel',
  'from',
  'order',
  'product',
  'subject',
  'created',
  'updated',
  'is',
  'has',
] as const
const known = new Set<string>([...chipKeys, 'requester', 'tags', 'text', 'id', 'before', 'after'])

const isKey = (name: string) => known.has(name.toLowerCase())

/** pieces splits a search at the spaces that are not in quotes. */
export function pieces(search: string): string[] {
  const list: string[] = []
  let now = ''
  let quoted = false
  for (let i = 0; i < search.length; i++) {
    const c = search[i]!
    if (quoted && c === '\\' && i + 1 < search.length) {
      now += c + search[++i]
      continue
    }
    // a quote in the middle of a word is a letter like others
    if (c === '"' && (quoted || /^-?([a-z_]+:(.*,)?[<>=]*)?$/i.test(now))) quoted = !quoted
    if (!quoted && /\s/.test(c)) {
      if (now) list.push(now)
      now = ''
    } else {
      now += c
    }
  }
  if (now) list.push(now)
  return list
}

/** chip reads a piece as a chip; null for words. */
export function chip(piece: string): Chip | null {
  const m = /^(-?)([a-z_]+):(.+)$/is.exec(piece)
  if (m && isKey(m[2]!)) return { text: piece, key: m[2]!.toLowerCase(), not: m[1] === '-', values: m[3]! }
  if (/^#\d+$/.test(piece)) return { text: piece, key: 'id', not: false, values: piece.slice(1) }
  return null
}

/** take takes a search apart: the chips, and the words that are left. */
export function take(search: string): Parts {
  const chips: Chip[] = []
  const words: string[] = []
  for (const piece of pieces(search)) {
    const c = chip(piece)
    if (c) chips.push(c)
    else words.push(piece)
  }
  return { chips, words: words.join(' ') }
}

export function join({ chips, words }: { chips: Pick<Chip, 'text'>[]; words: string }): string {
  return [...chips.map(c => c.text), words.trim()].filter(Boolean).join(' ')
}

/** quote writes a value so that it is read as one. */
export function quote(value: string): string {
  return /^[^\s",<>=-][^\s",]*$/.test(value) ? value : `"${value.replace(/(["\\])/g, '\\$1')}"`
}

/** settle moves what has become a chip out of the words, once a space follows it. */
export function settle(chips: Pick<Chip, 'text'>[], typed: string): Parts | null {
  if (!/\s$/.test(typed)) return null
  const parts = take(typed)
  const open = (typed.replace(/\\./g, '').match(/"/g) ?? []).length % 2 === 1
  if (open || parts.chips.length === 0) return null
  return { chips: [...(chips as Chip[]), ...parts.chips], words: parts.words ? `${parts.words} ` : '' }
}

/** mayBecomeChip tells that somebody may be typing the name of a chip. */
export function mayBecomeChip(typed: string): boolean {
  const { key, value } = typing(typed)
  return key === null && value.length > 0 && chipKeys.some(k => k.startsWith(value.toLowerCase()))
}

/** typing is the chip somebody is at: its name, once there is a colon, and what follows it. */
export function typing(typed: string): { before: string; not: boolean; key: string | null; value: string } {
  const list = pieces(typed)
  const last = /\s$/.test(typed) && !typed.endsWith('" ') ? '' : (list.at(-1) ?? '')
  const before = typed.slice(0, typed.length - last.length)
  const not = last.startsWith('-')
  const rest = not ? last.slice(1) : last
  const at = rest.indexOf(':')
  if (at > 0 && isKey(rest.slice(0, at))) {
    const value = rest.slice(at + 1)
    return { before, not, key: rest.slice(0, at).toLowerCase(), value: value.replace(/^"|"$/g, '') }
  }
  return { before, not, key: null, value: rest }
}
