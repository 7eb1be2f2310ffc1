/** contrast is how well a colour is read on white, as WCAG 2.2 counts it; null for no colour. */
export function contrast(colour: string): number | null {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  if (!parts) return null
  const [r, g, b] = parts.slice(1).map(x => {
    const c = Number.parseInt(x, 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
}
