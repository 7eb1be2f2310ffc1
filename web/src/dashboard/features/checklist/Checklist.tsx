/** Checklist is what a new installation still lacks. */
export function Checklist() {
  return null
}
