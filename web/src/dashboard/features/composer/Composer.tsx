/** Composer answers a ticket, or notes something inside. */
export function Composer({ ticketId }: { ticketId: number }) {
  return <div data-ticket={ticketId} />
}
