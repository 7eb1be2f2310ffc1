import type { ReactNode } from 'react'

/** TicketPage shows one ticket; composer is what answers it, docked below the timeline. */
export function TicketPage({ id, composer }: { id: number; composer: ReactNode }) {
  return (
    <div>
      {id}
      {composer}
    </div>
  )
}
