/** A piece of text: words, or what they lead to. */
export type Piece = { kind: 'text' | 'url' | 'mail' | 'ticket'; text: string; href: string }

// An address of the web, one of mail, or #1234 where no word and no entity goes before it.
const found =
  /(https?:\/\/[^\s<>"'`\\^{}|]+)|(mailto:[^\s<>"'`]+)|([a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)|(?<![\w&/#])#(\d{1,12})(?!\w)/gi

/** trimmed takes the sentence's own signs off the end of an address. */
function trimmed(url: string): string {
  for (;;) {
    const last = url.at(-1) ?? ''
    if (/[.,;:!?*_~]/.test(last)) url = url.slice(0, -1)
    else if (last === ')' && url.split('(').length <= url.split(')').length - 1) url = url.slice(0, -1)
    else if (last === ']' && !url.includes('[')) url = url.slice(0, -1)
    else return url
  }
}

function safe(url: string): boolean {
  try {
    const u = new URL(url)
    return ['http:', 'https:', 'mailto:'].includes(u.protocol)
  } catch {
    return false
  }
}

/**
 * pieces finds what leads somewhere in plain text. Only http, https, mailto and tickets do;
 * order is a number that is no ticket's.
 */
export function pieces(text: string, order = ''): Piece[] {
  const list: Piece[] = []
  let at = 0
  const push = (p: Piece, from: number) => {
    if (from > at) list.push({ kind: 'text', text: text.slice(at, from), href: '' })
    list.push(p)
    at = from + p.text.length
  }
  for (const m of text.matchAll(found)) {
    const [whole, web, mailto, address, ticket] = m
    if (web || mailto) {
      const url = trimmed(whole)
      if (safe(url)) push({ kind: web ? 'url' : 'mail', text: url, href: url }, m.index)
    } else if (address) {
      const mail = trimmed(whole)
      push({ kind: 'mail', text: mail, href: `mailto:${mail}` }, m.index)
    } else if (ticket && Number(ticket) > 0 && ticket !== order) {
      push({ kind: 'ticket', text: whole, href: String(Number(ticket)) }, m.index)
    }
  }
  if (at < text.length) list.push({ kind: 'text', text: text.slice(at), href: '' })
  return list
}
