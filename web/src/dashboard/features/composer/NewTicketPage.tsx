export function NewTicketPage({ order, requester }: { order?: string; requester?: number }) {
  return (
    <div>
      {order} {requester}
    </div>
  )
}
