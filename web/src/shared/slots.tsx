import { type ReactNode, useEffect, useState } from 'react'
import { createPortal } from 'react-dom'

const SIDE = 'side-slot'

/** SideSlot is the place in the side bar that a page may fill. */
export const SideSlot = () => <div id={SIDE} />

/** InSide shows its children in the side bar. */
export function InSide({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null)
  useEffect(() => setPlace(document.getElementById(SIDE)), [])
  return place && createPortal(children, place)
}
