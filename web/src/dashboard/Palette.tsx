import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/client'
import { useCommands } from '@/shared/commands'
import { useCan } from '@/shared/me'
import { places } from '@/shared/paths'
import { useFound } from '@/shared/pickers/lookups'
import { Keys } from './KeysHelp'

/** Palette finds tickets by number, order or address, and runs every command there is here. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const commands = useCommands()
  const found = useTickets(typed.trim())
  useEffect(() => spotlight.open(), [])
  const byID = new Map(commands.filter(c => !c.keysOnly).map(c => [c.id, c]))
  const wanted = typed.trim().toLowerCase()
  const actions: SpotlightActionData[] = [...byID.values()]
    .filter(c => c.label.toLowerCase().includes(wanted))
    .map(c => ({ id: c.id, label: c.label, onClick: c.run, rightSection: c.keys && <Keys of={c.keys} /> }))
  const go = (id: string, label: string, to: string, search?: object, description?: string): SpotlightActionData => ({
    id,
    label,
    description,
    onClick: () => navigate({ to, search } as Parameters<typeof navigate>[0]),
  })
  return (
    <Spotlight
      actions={[
        ...found.numbers.map(n => go(`ticket-${n}`, t('shell.openTicket', { id: n }), places.ticket(n))),
        ...found.orders.map(o =>
          go(`order-${o.number}`, o.number, places.tickets, { q: `order:${o.number}` }, o.customer?.name),
        ),
        ...found.people.map(p =>
          go(`person-${p.id}`, p.name, places.tickets, { q: `from:${p.email || p.id}` }, p.email),
        ),
        ...actions,
        ...(wanted && found.may
          ? [go('search', t('shell.searchTickets', { text: typed.trim() }), places.tickets, { q: typed.trim() })]
          : []),
      ]}
      query={typed}
      onQueryChange={setTyped}
      onSpotlightClose={onClose}
      filter={(_, all) => all}
      nothingFound={t('common.nothing')}
      scrollable
      maxHeight={420}
      shortcut={null}
      searchProps={{ placeholder: t('shell.paletteHint'), 'aria-label': t('shell.palette') }}
    />
  )
}

/** useTickets is what a text may mean: a ticket's number, an order, a person. */
function useTickets(text: string) {
  const may = useCan('tickets')
  const number = /^#?(\d{1,15})$/.exec(text)?.[1]
  const orders = useFound('/lookups/orders/', text).data?.results as Schema<'OrderChoice'>[] | undefined
  const people = useFound('/lookups/customers/', text).data?.results as Schema<'Person'>[] | undefined
  if (!may || !text) return { may, numbers: [], orders: [], people: [] }
  return {
    may,
    numbers: number ? [Number(number)] : [],
    orders: (orders ?? []).filter(o => o.number.toLowerCase().startsWith(text.toLowerCase())).slice(0, 5),
    people: (people ?? []).slice(0, 5),
  }
}
