import { ActionIcon, Alert, Anchor, Badge, Button, Group, NumberInput, Stack, Tabs, Text, Title } from '@mantine/core'
import { IconUnlink } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, Problem, type Schema } from '@/api/client'
import { confirm } from '@/shared/confirm'
import { useMe } from '@/shared/me'
import { offerUndo, sayProblem } from '@/shared/notify'
import { places } from '@/shared/paths'
import {
  AgentSelect,
  GroupSelect,
  OrderSelect,
  PrioritySelect,
  ProductPicker,
  StatusSelect,
  TagPicker,
  TypeSelect,
} from '@/shared/pickers'
import { useAgents } from '@/shared/pickers/lookups'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PlaceButton, PlaceLink } from '@/shared/ui/PlaceLink'
import { StatusDot } from '@/shared/ui/Status'
import { Time } from '@/shared/ui/Time'
import type { Edit } from './actions'
import { type Ticket, ticketQuery, useRelate, useRelated, useUnrelate } from './api'
import classes from './Ticket.module.css'

export type SideTab = 'ticket' | 'customer' | 'order' | 'related'

/** Fields are where commands put the keyboard. */
export type Fields = { assignee: RefObject<HTMLInputElement | null>; tags: RefObject<HTMLInputElement | null> }

type Props = {
  ticket: Ticket
  edit: Edit
  tab: SideTab
  onTab: (tab: SideTab) => void
  fields: Fields
}

/** SidePanel is what stands beside the conversation, each field changed in place. */
export function SidePanel({ ticket, edit, tab, onTab, fields }: Props) {
  const { t } = useTranslation()
  return (
    <Tabs value={tab} onChange={v => onTab(v as SideTab)} variant="default">
      <Tabs.List grow>
        <Tabs.Tab px={6} value="ticket">
          {t('ticket.side.ticket')}
        </Tabs.Tab>
        <Tabs.Tab px={6} value="customer">
          {t('ticket.side.customer')}
        </Tabs.Tab>
        <Tabs.Tab px={6} value="order">
          {t('ticket.side.order')}
        </Tabs.Tab>
        <Tabs.Tab px={6} value="related">
          {t('ticket.side.related')}
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="ticket" p="md">
        <TicketFields ticket={ticket} edit={edit} fields={fields} />
      </Tabs.Panel>
      <Tabs.Panel value="customer" p="md">
        <CustomerFacts ticket={ticket} />
      </Tabs.Panel>
      <Tabs.Panel value="order" p="md">
        <OrderFacts ticket={ticket} edit={edit} />
      </Tabs.Panel>
      <Tabs.Panel value="related" p="md">
        <RelatedTickets ticket={ticket} />
      </Tabs.Panel>
    </Tabs>
  )
}

function TicketFields({ ticket, edit, fields }: { ticket: Ticket; edit: Edit; fields: Fields }) {
  const { t } = useTranslation()
  const me = useMe().user
  const agents = useAgents()
  return (
    <Stack gap="sm">
      <StatusSelect value={ticket.status} onChange={v => v && edit.status(v)} allowDeselect={false} />
      <AgentSelect
        ref={fields.assignee}
        value={ticket.assignee?.id ?? null}
        onChange={id => edit.assign(id, agents.find(a => a.id === id)?.name)}
      />
      {ticket.assignee?.id !== me.id && (
        <Button variant="light" size="compact-sm" onClick={() => edit.toMe()}>
          {t('ticket.key.toMe')}
        </Button>
      )}
      <GroupSelect value={ticket.group?.id ?? null} onChange={id => edit.send({ group: id ?? 0 })} />
      <PrioritySelect value={ticket.priority} onChange={v => v && edit.send({ priority: v })} allowDeselect={false} />
      <TypeSelect value={ticket.type?.id ?? null} onChange={id => edit.send({ type: id ?? 0 })} />
      <TagPicker ref={fields.tags} value={ticket.tags} onChange={tags => edit.send({ tags })} />
      <ProductPicker
        value={ticket.products.map(p => p.id)}
        current={ticket.products.map(p => ({ id: p.id, name: p.title }))}
        onChange={products => edit.send({ products })}
      />
      <dl className={classes.facts}>
        <dt>{t('ticket.fact.created')}</dt>
        <dd>
          <Time at={ticket.created_at} />
        </dd>
        <dt>{t('ticket.fact.updated')}</dt>
        <dd>
          <Time at={ticket.updated_at} />
        </dd>
        {ticket.last_customer && (
          <>
            <dt>{t('ticket.fact.lastCustomer')}</dt>
            <dd>
              <Time at={ticket.last_customer.at} />
            </dd>
          </>
        )}
        {ticket.participants.length > 0 && (
          <>
            <dt>{t('ticket.fact.copies')}</dt>
            <dd>
              {ticket.participants.map(p => (
                <div key={p.address}>{p.name ? `${p.name} <${p.address}>` : p.address}</div>
              ))}
            </dd>
          </>
        )}
      </dl>
    </Stack>
  )
}

function CustomerFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  const r = ticket.requester
  if (!r) {
    return ticket.from_email ? (
      <Stack gap="xs">
        <Text fw={650} className={classes.wrap}>
          {ticket.from_email}
        </Text>
        <Text size="sm" c="dimmed">
          {t('ticket.customer.unknown')}
        </Text>
      </Stack>
    ) : (
      <Empty title={t('ticket.customer.none')} />
    )
  }
  return (
    <Stack gap="sm">
      <div>
        <Group gap="xs">
          <Title order={2}>
            {ticket.can.customers ? <PlaceLink to={places.customer(r.id)}>{r.name}</PlaceLink> : r.name}
          </Title>
          {r.blocked && (
            <Badge color="red" variant="light" className={classes.verdict}>
              {t('ticket.customer.blocked')}
            </Badge>
          )}
        </Group>
        {[r.email, ...r.addresses].filter(Boolean).map(a => (
          <Text key={a} size="sm" className={classes.wrap}>
            <Anchor href={`mailto:${a}`} inherit>
              {a}
            </Anchor>
          </Text>
        ))}
      </div>
      <dl className={classes.facts}>
        {r.phone && (
          <>
            <dt>{t('ticket.customer.phone')}</dt>
            <dd>{r.phone}</dd>
          </>
        )}
        {r.language && (
          <>
            <dt>{t('ticket.customer.language')}</dt>
            <dd>{r.language}</dd>
          </>
        )}
        {r.joined_at && (
          <>
            <dt>{t('ticket.customer.since')}</dt>
            <dd>
              <Time at={r.joined_at} />
            </dd>
          </>
        )}
        <dt>{t('ticket.customer.orders')}</dt>
        <dd>
          {r.total_spent ? t('ticket.customer.spent', { count: r.orders_count, spent: r.total_spent }) : r.orders_count}
        </dd>
        <dt>{t('ticket.customer.open')}</dt>
        <dd>{r.open_tickets}</dd>
        {r.postal && (
          <>
            <dt>{t('ticket.customer.postal')}</dt>
            <dd>{r.postal}</dd>
          </>
        )}
        {r.tags.length > 0 && (
          <>
            <dt>{t('common.pick.tags')}</dt>
            <dd>{r.tags.join(', ')}</dd>
          </>
        )}
      </dl>
      {r.note && (
        <section className={classes.note} aria-label={t('customers.note')}>
          <Text size="xs" c="dimmed">
            {t('customers.note')}
          </Text>
          <Text size="sm">{r.note}</Text>
        </section>
      )}
      <Group gap="xs">
        <PlaceButton
          size="compact-sm"
          variant="default"
          to={places.newTicket}
          search={{ requester: r.id, order: ticket.order_number || undefined }}
        >
          {t('ticket.customer.write')}
        </PlaceButton>
        {ticket.can.customers && <Block ticket={ticket} customer={r} />}
      </Group>
    </Stack>
  )
}

function Block({ ticket, customer: r }: { ticket: Ticket; customer: Schema<'TicketRequester'> }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const block = useMutation({
    mutationFn: (blocked: boolean) =>
      call('post', '/customers/{id}/block/', { params: { path: { id: r.id } }, body: { blocked, mail: blocked } }),
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ticketQuery(ticket.id).queryKey }),
        cache.invalidateQueries({ queryKey: ['get', '/customers/{id}/'] }),
      ]),
  })
  const ask = async () => {
    if (r.blocked) return block.mutate(false)
    const sure = await confirm({
      title: t('ticket.customer.blockTitle', { name: r.name }),
      text: t('ticket.customer.blockText'),
      action: t('ticket.customer.block'),
      danger: true,
    })
    if (sure) block.mutate(true)
  }
  return (
    <Button size="compact-sm" variant="default" loading={block.isPending} onClick={ask}>
      {r.blocked ? t('ticket.customer.unblock') : t('ticket.customer.block')}
    </Button>
  )
}

function OrderFacts({ ticket, edit }: { ticket: Ticket; edit: Edit }) {
  const { t, i18n } = useTranslation()
  const o = ticket.order
  const money = (amount: string, currency: string) => {
    const n = Number(amount)
    try {
      return new Intl.NumberFormat(i18n.language, { style: 'currency', currency }).format(n)
    } catch {
      return `${amount} ${currency}`
    }
  }
  return (
    <Stack gap="sm">
      <OrderSelect value={ticket.order_number || null} onChange={v => edit.send({ order: v ?? '' })} />
      {!o && (
        <Empty
          title={ticket.order_number ? t('ticket.order.gone') : t('ticket.order.none')}
          text={ticket.order_number ? undefined : t('ticket.order.noneText')}
        />
      )}
      {o && (
        <>
          <Group gap="xs">
            {[o.status, o.payment_status, o.fulfillment_status].filter(Boolean).map(s => (
              <Badge key={s} variant="light" color="gray" className={classes.verdict} tt="none">
                {s}
              </Badge>
            ))}
            {o.test && (
              <Badge variant="light" color="yellow" className={classes.verdict}>
                {t('ticket.order.test')}
              </Badge>
            )}
          </Group>
          <dl className={classes.facts}>
            <dt>{t('ticket.order.total')}</dt>
            <dd>{money(o.total, o.currency)}</dd>
            <dt>{t('ticket.order.placed')}</dt>
            <dd>
              <Time at={o.placed_at} />
            </dd>
            <dt>{t('ticket.order.asOf')}</dt>
            <dd>
              <Time at={o.updated_at} />
            </dd>
          </dl>
          {o.lines.length > 0 && (
            <ul className={classes.lines} aria-label={t('ticket.order.lines')}>
              {o.lines.map((l, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an order have no other name
                <li key={i}>
                  <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
                    <span className={classes.wrap}>
                      {l.quantity} × {l.title}
                      {l.sku && (
                        <Text size="xs" c="dimmed">
                          {l.sku}
                        </Text>
                      )}
                    </span>
                    {l.price && <span>{money(l.price, o.currency)}</span>}
                  </Group>
                  {(l.tracking || l.tracking_url) && (
                    <Text size="xs">
                      {t('ticket.order.tracking')}{' '}
                      {l.tracking_url ? (
                        <Anchor href={l.tracking_url} target="_blank" rel="noopener noreferrer" inherit>
                          {l.tracking || l.tracking_url}
                        </Anchor>
                      ) : (
                        l.tracking
                      )}
                    </Text>
                  )}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Stack>
  )
}

function RelatedTickets({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  const related = useRelated(ticket.id)
  return (
    <Stack gap="md">
      <Linked ticket={ticket} />
      {related.isPending && <Loading rows={3} />}
      {related.isError && <ErrorNote error={related.error} retry={() => related.refetch()} />}
      {related.data && (
        <>
          <List title={t('ticket.related.requester')} tickets={related.data.requester} />
          <List title={t('ticket.related.order')} tickets={related.data.order} />
        </>
      )}
    </Stack>
  )
}

function List({ title, tickets }: { title: string; tickets: Schema<'TicketRef'>[] }) {
  const { t } = useTranslation()
  return (
    <section aria-label={title}>
      <Title order={3}>{title}</Title>
      {tickets.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('ticket.related.none')}
        </Text>
      ) : (
        <ul className={classes.lines}>
          {tickets.map(x => (
            <li key={x.id}>
              <Ref ticket={x} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Ref({ ticket: x }: { ticket: Schema<'TicketRef'> }) {
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <StatusDot status={x.status} />
      <span className={classes.wrap}>
        <PlaceLink to={places.ticket(x.id)} inherit>
          #{x.id} {x.subject}
        </PlaceLink>{' '}
        <Text span size="xs" c="dimmed" className={classes.when}>
          <Time at={x.updated_at} narrow />
        </Text>
      </span>
    </Group>
  )
}

function Linked({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  const relate = useRelate(ticket.id)
  const unrelate = useUnrelate(ticket.id)
  const [number, setNumber] = useState<number | ''>('')
  const problem = relate.error instanceof Problem ? relate.error : null
  const tell = { onError: (e: Error) => e instanceof Problem && sayProblem(e) }
  const undo = (other: number) =>
    unrelate.mutate(other, {
      ...tell,
      onSuccess: () => offerUndo(t('ticket.related.unlinked', { id: other }), () => relate.mutate(other, tell)),
    })
  const links = ticket.links.filter(
    (l, i, all) =>
      l.kind !== 'split' || !all.some((m, j) => j !== i && m.kind === 'merged' && m.ticket.id === l.ticket.id),
  )
  return (
    <section aria-label={t('ticket.related.linked')}>
      <Title order={3}>{t('ticket.related.linked')}</Title>
      {links.length > 0 && (
        <ul className={classes.lines}>
          {links.map(l => (
            <li key={`${l.kind} ${l.ticket.id}`}>
              <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
                <div>
                  <Text size="xs" c="dimmed">
                    {t(`ticket.link.is.${l.kind}`)}
                  </Text>
                  <Ref ticket={l.ticket} />
                </div>
                {l.kind === 'related' && (
                  <ActionIcon
                    size="sm"
                    aria-label={t('ticket.related.unlink', { id: l.ticket.id })}
                    onClick={() => undo(l.ticket.id)}
                  >
                    <IconUnlink size={15} aria-hidden />
                  </ActionIcon>
                )}
              </Group>
            </li>
          ))}
        </ul>
      )}
      {ticket.merged_into && (
        <Alert variant="light" color="gray" p="xs" mt="xs">
          {t('ticket.related.mergedText')}
        </Alert>
      )}
      <form
        onSubmit={e => {
          e.preventDefault()
          if (number !== '') relate.mutate(number, { onSuccess: () => setNumber('') })
        }}
      >
        <Group gap="xs" align="flex-end" mt="xs" wrap="nowrap">
          <NumberInput
            size="xs"
            label={t('ticket.related.add')}
            value={number}
            onChange={v => {
              relate.reset()
              setNumber(typeof v === 'number' ? v : '')
            }}
            min={1}
            allowDecimal={false}
            hideControls
            prefix="#"
            error={problem && (problem.fields.ticket ? t('ticket.merge.none') : problem.message)}
          />
          <Button type="submit" size="xs" variant="default" loading={relate.isPending} disabled={number === ''}>
            {t('ticket.related.link')}
          </Button>
        </Group>
      </form>
    </section>
  )
}
