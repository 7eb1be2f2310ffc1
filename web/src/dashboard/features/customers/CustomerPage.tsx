export function CustomerPage({ id }: { id: number }) {
  return <div>{id}</div>
}
