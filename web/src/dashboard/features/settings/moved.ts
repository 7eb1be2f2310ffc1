/** moved is a list with one of its things at another place. */
export function moved(ids: number[], id: number, to: number): number[] {
  const rest = ids.filter(x => x !== id)
  return [...rest.slice(0, to), id, ...rest.slice(to)]
}
