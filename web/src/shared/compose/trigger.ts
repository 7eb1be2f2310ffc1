/** What a composer offers while somebody writes, by what stands before the caret. */
export type TriggerKind = 'macro' | 'mention' | 'ticket' | 'variable'
export type Trigger = { kind: TriggerKind; start: number; query: string }

const patterns: [TriggerKind, RegExp][] = [
  ['variable', /\{\{\s*([a-z_.]{0,40})$/],
  ['macro', /(?:^|[\s])\/([^\s/][^\n/]{0,40}|)$/],
  ['mention', /(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{N}][\p{L}\p{N}._-]{0,40}|)$/u],
  ['ticket', /(?:^|[\s(])#([\p{L}\p{N}][^\n#]{0,40})$/u],
]
const signs: Record<TriggerKind, string> = { variable: '{{', macro: '/', mention: '@', ticket: '#' }

/** triggerAt finds what is being called for at the caret; null: nothing. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const line = text.slice(Math.max(text.lastIndexOf('\n', caret - 1) + 1, caret - 60), caret)
  for (const [kind, pattern] of patterns) {
    const found = pattern.exec(line)
    if (!found) continue
    const start = caret - line.length + line.lastIndexOf(signs[kind])
    return { kind, start, query: found[1] ?? '' }
  }
  return null
}

/** score tells how well a name fits what is typed: all letters in order; higher is better, 0 is not at all. */
export function score(name: string, query: string): number {
  const n = name.toLowerCase()
  const q = query.trim().toLowerCase()
  if (!q) return 1
  if (n.startsWith(q)) return 100
  const word = n.search(new RegExp(`(^|[^\\p{L}\\p{N}])${q.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'u'))
  if (word >= 0) return 80
  if (n.includes(q)) return 60
  let at = -1
  let gaps = 0
  for (const letter of q) {
    if (letter === ' ') continue
    const next = n.indexOf(letter, at + 1)
    if (next < 0) return 0
    gaps += at < 0 ? 0 : next - at - 1
    at = next
  }
  return Math.max(1, 40 - gaps)
}

/** best sorts things by how well their names fit, without those that do not. */
export function best<T>(list: T[], query: string, name: (x: T) => string, most = 8): T[] {
  return list
    .map((x, i) => ({ x, i, s: score(name(x), query) }))
    .filter(r => r.s > 0)
    .sort((a, b) => b.s - a.s || a.i - b.i)
    .slice(0, most)
    .map(r => r.x)
}

const place = /\{\{\s*([^{}\s]+)\s*\}\}/g

/** unfilled lists the variables that are left in a text, each once. */
export function unfilled(text: string): string[] {
  return [...new Set([...text.matchAll(place)].map(m => m[1]!))]
}

/** fill puts in the variables that have a value. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(place, (all, name: string) => values[name] || all)
}

/** pieces cuts a text at its variables, so that those can be marked. */
export function pieces(text: string): { text: string; variable: boolean; at: number }[] {
  const out: { text: string; variable: boolean; at: number }[] = []
  let from = 0
  for (const m of text.matchAll(place)) {
    if (m.index > from) out.push({ text: text.slice(from, m.index), variable: false, at: from })
    out.push({ text: m[0], variable: true, at: m.index })
    from = m.index + m[0].length
  }
  if (from < text.length) out.push({ text: text.slice(from), variable: false, at: from })
  return out
}

/** mentionsIn lists the people whom a text names, as the server sees it. */
export function mentionsIn<T extends { name: string; email: string }>(text: string, people: T[]): T[] {
  const found = [...text.matchAll(/(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu)].map(m =>
    m[1]!.replace(/[._-]+$/, '').toLowerCase(),
  )
  return people.filter(p => {
    const names = p.name.split(/\s+/).filter(Boolean)
    const known = [p.email.split('@')[0], names[0], names.join(''), names.join('.')].map(k => k?.toLowerCase())
    return found.some(f => known.includes(f))
  })
}

/** mentionOf is how a person is named in a note. */
export function mentionOf(p: { name: string; email: string }): string {
  const names = p.name.split(/\s+/).filter(Boolean)
  return `@${names.length > 0 ? names.join('.') : p.email.split('@')[0]}`
}
