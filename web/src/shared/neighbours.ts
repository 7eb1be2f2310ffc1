/**
 * The tickets of the list that somebody came from, in its order, and where that list is: the
 * page of a ticket goes to the next and back to it. One tab remembers its own.
 */
export type Neighbours = { ids: number[]; url: string }

const KEY = 'listNeighbours'
const AT = 'listAt'

export function rememberNeighbours(n: Neighbours) {
  sessionStorage.setItem(KEY, JSON.stringify({ ids: n.ids.slice(0, 1000), url: n.url }))
}

export function neighbours(): Neighbours | null {
  try {
    const n = JSON.parse(sessionStorage.getItem(KEY) ?? '') as Partial<Neighbours>
    if (!Array.isArray(n.ids) || typeof n.url !== 'string' || !n.url.startsWith('/dashboard/')) return null
    return { ids: n.ids.filter(Number.isSafeInteger), url: n.url }
  } catch {
    return null
  }
}

/** The ticket that was opened last: the list begins there when one comes back. */
export const lastOpened = {
  get: () => Number(sessionStorage.getItem(AT)),
  set: (id: number) => sessionStorage.setItem(AT, String(id)),
}
