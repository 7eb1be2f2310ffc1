/** between are the ids from one to another, in the order of the list. */
export function between(ids: number[], from: number | null, to: number): number[] {
  const a = from === null ? -1 : ids.indexOf(from)
  const b = ids.indexOf(to)
  if (a < 0 || b < 0) return [to]
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1)
}

/** toggled picks one id, or a range up to it, or lets it go. */
export function toggled(
  picked: Set<number>,
  ids: number[],
  last: number | null,
  id: number,
  range: boolean,
): Set<number> {
  const next = new Set(picked)
  if (range) for (const x of between(ids, last, id)) next.add(x)
  else if (!next.delete(id)) next.add(id)
  return next
}
