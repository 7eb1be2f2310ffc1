import {
  Alert,
  Anchor,
  Button,
  FileButton,
  Group,
  Paper,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconLock, IconMessage2, IconPaperclip, IconSend } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, key, Problem, query, type Schema } from '@/api/client'
import type { Macro } from '@/shared/compose/lookups'
import { fill, unfilled } from '@/shared/compose/trigger'
import { Writing, type WritingHandle } from '@/shared/compose/Writing'
import { confirm } from '@/shared/confirm'
import { useMe } from '@/shared/me'
import { say, words } from '@/shared/notify'
import { places } from '@/shared/paths'
import {
  AgentSelect,
  CustomerSelect,
  GroupSelect,
  OrderSelect,
  PrioritySelect,
  ProductPicker,
  StatusSelect,
  TagPicker,
  TypeSelect,
} from '@/shared/pickers'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { applyMacro, draftsQuery, dropDraft, newKey } from './api'
import classes from './Composer.module.css'
import { FileList, useUploads } from './Files'
import { backup, fromDraft, nothing, type Text as Words } from './text'
import { useChoices } from './useChoices'
import { useText } from './useText'

/** Form is what a new ticket has beside its text. */
type Form = {
  customer: Schema<'Person'> | null
  email: string
  name: string
  subject: string
  order: string | null
  products: Schema<'Named'>[]
  type: number | null
  priority: 'high' | 'medium' | 'low'
  status: 'new' | 'open' | 'pending' | 'solved' | 'closed'
  assignee: number | null
  group: number | null
  tags: string[]
  public: boolean
}
const START = 0 // the ticket that is not there yet

/** NewTicketPage opens a ticket for a customer, from an order too. */
export function NewTicketPage({ order, requester }: { order?: string; requester?: number }) {
  const drafts = useQuery({ ...draftsQuery(START), staleTime: 0, gcTime: 0 })
  const filling = useQuery({
    ...query('/lookups/order/', { params: { query: { number: order ?? '' } } }),
    enabled: !!order,
    retry: false,
  })
  const person = useQuery({
    ...query('/customers/{id}/', { params: { path: { id: requester ?? 0 } } }),
    enabled: !!requester,
    retry: false,
  })
  if (drafts.error) return <ErrorNote error={drafts.error} retry={() => void drafts.refetch()} />
  if (!drafts.data || (order && filling.isPending) || (requester && person.isPending)) return <Loading />
  const known = person.data
  return (
    <Ready
      draft={drafts.data.new ?? null}
      filling={filling.data ?? null}
      customer={known ? { id: known.id, name: known.name, email: known.email } : null}
    />
  )
}

function Ready({
  draft,
  filling,
  customer,
}: {
  draft: Schema<'Draft'> | null
  filling: Schema<'OrderFilling'> | null
  customer: Schema<'Person'> | null
}) {
  const { t } = useTranslation()
  const me = useMe()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const writing = useRef<WritingHandle>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was found at first
  const first = useMemo(() => {
    const kept = backup.get(me.user.id, START, 'new') as (Words & { form?: Form }) | null
    const text = kept ?? (draft ? fromDraft(draft) : nothing(0))
    const form = (kept?.form ?? draft?.form ?? null) as Form | null
    return { text, form, at: draft?.updated_at ?? null, dirty: !!kept }
  }, [])
  const [form, setForm] = useState<Form>(() => ({
    customer: null,
    email: '',
    name: '',
    subject: '',
    order: null,
    products: [],
    type: null,
    priority: 'medium',
    status: 'open',
    assignee: me.user.id,
    group: null,
    tags: [],
    public: true,
    ...first.form,
    ...(customer ? { customer } : {}),
    ...(filling ? { order: filling.number, products: filling.products, customer: filling.customer ?? customer } : {}),
  }))
  const kept = useText(me.user.id, START, 'new', first, false, form as never)
  const { text } = kept
  const [errors, setErrors] = useState<Record<string, string[]>>({})
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const attempt = useRef('')
  const change = (next: (x: Words) => Words) => {
    attempt.current = ''
    kept.change(next)
  }
  const set = (part: Partial<Form>) => {
    setForm(f => ({ ...f, ...part }))
    setErrors(e => Object.fromEntries(Object.entries(e).filter(([k]) => !(k in part) && k !== 'requester')))
    change(x => x)
  }
  const error = (name: string) => errors[name]?.join(' ')

  useEffect(() => {
    if (!form.customer && form.email === '') return
    setErrors(e => Object.fromEntries(Object.entries(e).filter(([k]) => k !== 'requester' && k !== 'email')))
  }, [form.customer, form.email])

  const pickOrder = async (number: string) => {
    try {
      const f = await cache.fetchQuery(query('/lookups/order/', { params: { query: { number } } }))
      set({
        order: f.number,
        products: f.products,
        ...(f.customer && !form.email ? { customer: f.customer } : {}),
      })
    } catch {
      set({ order: number })
    }
  }
  const { choices, values } = useChoices({
    ticket: START,
    requester: form.customer?.id,
    order: form.order ?? undefined,
    note: !form.public,
    writing,
    onMacro: (m, start) => void takeMacro(m, start),
  })
  const takeMacro = async (m: Macro, start: number) => {
    try {
      const a = await applyMacro(m.id, { ticket: 0, requester: form.customer?.id ?? 0, order: form.order ?? '' })
      writing.current?.insert(a.comment, start)
      const c = a.changes
      const tags = (c.set_tags ?? [...new Set([...form.tags, ...(c.add_tags ?? [])])]).filter(
        x => !c.remove_tags?.includes(x),
      )
      set({
        ...(a.comment_mode ? { public: a.comment_mode === 'public' } : {}),
        ...(c.status ? { status: c.status } : {}),
        ...(c.priority ? { priority: c.priority } : {}),
        ...(c.type !== undefined ? { type: c.type || null } : {}),
        tags,
      })
      change(x => ({ ...x, macros: [...new Set([...x.macros, m.id])].slice(-20) }))
    } catch (e) {
      if (e instanceof Problem) setProblem(e)
    }
  }
  const uploads = useUploads(text.files, files => change(x => ({ ...x, files: [...x.files, ...files] })))
  const left = unfilled(text.body)

  const create = async () => {
    if (busy || uploads.going.length > 0) return
    setBusy(true)
    setProblem(null)
    setErrors({})
    attempt.current ||= newKey() // the same until something changes: a second click makes no second ticket
    try {
      const made = await call('post', '/tickets/', {
        body: {
          requester: form.customer?.id ?? 0,
          email: form.customer ? '' : form.email.trim(),
          name: form.customer ? '' : form.name,
          subject: form.subject,
          order: form.order ?? '',
          products: form.products.map(p => p.id),
          type: form.type ?? 0,
          priority: form.priority,
          status: form.status,
          assignee: form.assignee ?? 0,
          group: form.group ?? 0,
          tags: form.tags,
          public: form.public,
          body: text.body,
          attachments: text.files.map(f => f.id),
          macros: text.macros,
          key: attempt.current,
        },
      })
      kept.reset(nothing(0), null)
      void cache.invalidateQueries({ queryKey: key('/tickets/') })
      say(t(form.public ? 'newTicket.madeMailed' : 'newTicket.made', { id: made.id }))
      await navigate({ to: places.ticket(made.id) })
    } catch (e) {
      if (!(e instanceof Problem)) throw e
      setErrors(e.fields)
      if (Object.keys(e.fields).length === 0) setProblem(e)
      else requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
    } finally {
      setBusy(false)
    }
  }
  const discard = async () => {
    const yes = await confirm({
      title: t('newTicket.discardTitle'),
      action: t('composer.discard.action'),
      danger: true,
    })
    if (!yes) return
    kept.reset(nothing(0), null)
    try {
      await dropDraft(START, 'new')
    } catch (e) {
      if (e instanceof Problem) setProblem(e)
    }
    await navigate({ to: places.tickets })
  }

  return (
    <>
      <PageHead title={t('newTicket.title')} />
      <form
        onSubmit={e => {
          e.preventDefault()
          void create()
        }}
      >
        <Stack px="md" pb="md" maw={960} gap="md">
          <Paper withBorder p="md">
            <Stack gap="sm">
              {form.customer || form.email === '' ? (
                <CustomerSelect
                  label={t('newTicket.for')}
                  required
                  value={form.customer?.id ?? null}
                  current={form.customer}
                  onChange={id => id === null && set({ customer: null })}
                  onPick={p => set({ customer: p })}
                  error={error('requester')}
                  data-autofocus
                />
              ) : null}
              {!form.customer && (
                <SimpleGrid cols={{ base: 1, sm: 2 }}>
                  <TextInput
                    label={t('newTicket.email')}
                    description={t('newTicket.emailText')}
                    type="email"
                    value={form.email}
                    error={error('email') ?? (form.email ? error('requester') : undefined)}
                    onChange={e => set({ email: e.currentTarget.value })}
                  />
                  <TextInput
                    label={t('newTicket.name')}
                    description={t('newTicket.nameText')}
                    value={form.name}
                    maxLength={150}
                    error={error('name')}
                    onChange={e => set({ name: e.currentTarget.value })}
                  />
                </SimpleGrid>
              )}
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <OrderSelect
                  value={form.order}
                  onChange={v => (v ? void pickOrder(v) : set({ order: null }))}
                  error={error('order')}
                />
                <ProductPicker
                  value={form.products.map(p => p.id)}
                  current={form.products}
                  onChange={ids =>
                    set({ products: ids.map(id => form.products.find(p => p.id === id) ?? { id, name: `#${id}` }) })
                  }
                  error={error('products')}
                />
              </SimpleGrid>
              <TextInput
                label={t('newTicket.subject')}
                required
                maxLength={255}
                value={form.subject}
                error={error('subject')}
                onChange={e => set({ subject: e.currentTarget.value })}
              />
            </Stack>
          </Paper>
          <section
            className={`${classes.composer} ${classes.alone}`}
            data-kind={form.public ? 'reply' : 'note'}
            aria-label={t('newTicket.first')}
            onDragOver={e => e.dataTransfer.types.includes('Files') && e.preventDefault()}
            onDrop={e => {
              e.preventDefault()
              void uploads.send([...e.dataTransfer.files])
            }}
          >
            <div className={classes.bar}>
              <SegmentedControl
                size="xs"
                aria-label={t('composer.kind')}
                color={form.public ? 'blue' : 'note'}
                value={form.public ? 'reply' : 'note'}
                onChange={k => set({ public: k === 'reply' })}
                data={(['reply', 'note'] as const).map(k => ({
                  value: k,
                  label: (
                    <Group gap={6} wrap="nowrap">
                      {k === 'note' ? <IconLock size={14} aria-hidden /> : <IconMessage2 size={14} aria-hidden />}
                      {t(`newTicket.${k}`)}
                    </Group>
                  ),
                }))}
              />
            </div>
            {form.public ? (
              <div className={classes.to}>
                <Text size="sm" c="dimmed">
                  {t('composer.to.to')}{' '}
                  <Text span size="sm" c="var(--mantine-color-text)" fw={600}>
                    {(form.customer ? form.customer.email : form.email) || t('newTicket.nobody')}
                  </Text>
                </Text>
                {form.customer && !form.customer.email && (
                  <Text size="sm" className={classes.warn}>
                    {t('composer.to.none')}
                  </Text>
                )}
              </div>
            ) : (
              <div className={classes.hush}>
                <IconLock size={15} aria-hidden />
                {t('composer.note.hush')}
              </div>
            )}
            <Writing
              ref={writing}
              rows={7}
              label={t('newTicket.first')}
              placeholder={t(form.public ? 'composer.reply.placeholder' : 'composer.note.placeholder')}
              value={text.body}
              onChange={body => {
                setErrors(({ body: _, ...rest }) => rest)
                const filled = body.length > text.body.length && body.includes('}}') ? fill(body, values) : body
                change(x => ({ ...x, body: filled }))
              }}
              choices={choices}
              onSubmit={() => void create()}
              onFiles={files => void uploads.send(files)}
            />
            <div className={classes.extra}>
              <FileList
                files={text.files}
                going={uploads.going}
                problem={uploads.problem}
                onRemove={id => change(x => ({ ...x, files: x.files.filter(f => f.id !== id) }))}
              />
              {left.length > 0 && (
                <Group gap="xs" role="alert">
                  <Text size="sm" className={classes.warn}>
                    {t('composer.variable.left', {
                      count: left.length,
                      names: left.map(n => `{{ ${n} }}`).join(', '),
                    })}
                  </Text>
                  {left.some(n => values[n]) && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => change(x => ({ ...x, body: fill(x.body, values) }))}
                    >
                      {t('composer.variable.fill')}
                    </Button>
                  )}
                </Group>
              )}
              {error('body') && left.length === 0 && (
                <Text size="sm" className={classes.warn} role="alert">
                  {error('body')}
                </Text>
              )}
              {error('attachments') && (
                <Text size="sm" className={classes.warn} role="alert">
                  {error('attachments')}
                </Text>
              )}
            </div>
            <div className={classes.foot}>
              <FileButton multiple onChange={files => void uploads.send(files)}>
                {props => (
                  <Button
                    {...props}
                    size="compact-sm"
                    variant="subtle"
                    color="gray"
                    leftSection={<IconPaperclip size={15} aria-hidden />}
                  >
                    {t('composer.files.attach')}
                  </Button>
                )}
              </FileButton>
              <span className={classes.state} role="status">
                {kept.saving.state === 'saved' && t('newTicket.kept')}
                {kept.saving.state === 'failed' && t('composer.state.failed')}
              </span>
            </div>
          </section>
          <Paper withBorder p="md">
            <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }}>
              <StatusSelect
                value={form.status}
                onChange={v => v && set({ status: v })}
                allowDeselect={false}
                error={error('status')}
              />
              <PrioritySelect
                value={form.priority}
                onChange={v => v && set({ priority: v })}
                allowDeselect={false}
                error={error('priority')}
              />
              <TypeSelect value={form.type} onChange={type => set({ type })} error={error('type')} />
              <AgentSelect value={form.assignee} onChange={assignee => set({ assignee })} error={error('assignee')} />
              <GroupSelect value={form.group} onChange={group => set({ group })} error={error('group')} />
              <TagPicker value={form.tags} onChange={tags => set({ tags })} error={error('tags')} />
            </SimpleGrid>
          </Paper>
          {problem && (
            <Alert color="red" title={t('common.problem.title')}>
              {words(problem)}
            </Alert>
          )}
          <Group justify="space-between">
            <Anchor component="button" type="button" size="sm" onClick={() => void discard()}>
              {t('composer.discard.action')}
            </Anchor>
            <Button
              type="submit"
              loading={busy}
              disabled={left.length > 0 || uploads.going.length > 0}
              color={form.public ? undefined : 'note'}
              leftSection={form.public ? <IconSend size={15} aria-hidden /> : <IconLock size={15} aria-hidden />}
              title={t('composer.sendKeys')}
            >
              {t(form.public ? 'newTicket.createMail' : 'newTicket.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </>
  )
}
