import { Alert, Button, FileButton, Group, SegmentedControl, Text } from '@mantine/core'
import { IconLock, IconMessage2, IconPaperclip, IconSlash, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type DragEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Schema } from '@/api/client'
import { useCommand } from '@/shared/commands'
import { ChangeChips } from '@/shared/compose/ChangeChips'
import { merged, tidy } from '@/shared/compose/changes'
import type { Macro } from '@/shared/compose/lookups'
import { fill, mentionsIn, unfilled } from '@/shared/compose/trigger'
import { Writing, type WritingHandle } from '@/shared/compose/Writing'
import { confirm } from '@/shared/confirm'
import { useNews } from '@/shared/live'
import { useMe } from '@/shared/me'
import { say, words } from '@/shared/notify'
import { useAgents } from '@/shared/pickers/lookups'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { AnsweredDialog } from './AnsweredDialog'
import {
  answeredBy,
  applyMacro,
  draftsQuery,
  dropDraft,
  type Kind,
  newKey,
  refresh,
  type Said,
  submit,
  ticketQuery,
} from './api'
import classes from './Composer.module.css'
import { FileList, useUploads } from './Files'
import { isWaiting, onFate, watch } from './pending'
import { Recipients } from './Recipients'
import { type As, remembered, SendButton } from './SendButton'
import { backup, blank, fromDraft, joined, nothing, type Text as Written, written } from './text'
import { useChoices } from './useChoices'
import { useText } from './useText'

/** Composer answers a ticket, or notes something inside. */
export function Composer({ ticketId }: { ticketId: number }) {
  const ticket = useQuery(ticketQuery(ticketId))
  // What is being written is read once; what others write, from time to time.
  const drafts = useQuery({ ...draftsQuery(ticketId), staleTime: 0, gcTime: 0, refetchInterval: 30_000 })
  if (!ticket.data || !drafts.data) {
    const failed = ticket.error ?? drafts.error
    return failed ? <ErrorNote error={failed} retry={() => void drafts.refetch()} /> : <Loading rows={2} />
  }
  return <Ready ticket={ticket.data} drafts={drafts.data} />
}

/** began is what one finds of a text: what the browser kept, or else what the server has. */
function began(user: number, ticket: number, seq: number, kind: Kind, draft: Schema<'Draft'> | null) {
  const kept = backup.get(user, ticket, kind)
  if (kept) return { text: kept, at: draft?.updated_at ?? null, dirty: true }
  if (!draft || draft.send_at) return { text: nothing(seq), at: null, dirty: false }
  return { text: fromDraft(draft), at: draft.updated_at, dirty: false }
}

function Ready({ ticket, drafts }: { ticket: Schema<'TicketPage'>; drafts: Schema<'TicketDrafts'> }) {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const cache = useQueryClient()
  const agents = useAgents()
  const id = ticket.id
  const hint = useId()
  const box = useRef<HTMLElement>(null)
  const writing = useRef<WritingHandle>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was found at first
  const first = useMemo(
    () => ({
      reply: began(me.user.id, id, ticket.seq, 'reply', drafts.reply ?? null),
      note: began(me.user.id, id, ticket.seq, 'note', drafts.note ?? null),
    }),
    [],
  )
  const [kind, setKind] = useState<Kind>(() => (blank(first.reply.text) && !blank(first.note.text) ? 'note' : 'reply'))
  const [onItsWay, setOnItsWay] = useState(() => isWaiting(id, 'reply'))
  const reply = useText(me.user.id, id, 'reply', first.reply, onItsWay)
  const note = useText(me.user.id, id, 'note', first.note, false)
  const mine = kind === 'reply' ? reply : note
  const text = mine.text
  const [said, setSaid] = useState<Said[] | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [fresh, setFresh] = useState(false)
  const [held, setHeld] = useState(drafts.reply?.held ?? '')
  const [chosen, setChosen] = useState<Partial<Record<Kind, As>>>({})
  const [dropping, setDropping] = useState(false)

  const as: As =
    text.changes.status ??
    chosen[kind] ??
    (kind === 'reply' ? (remembered.get('reply') ?? (ticket.status === 'new' ? 'open' : 'keep')) : 'keep')

  const focus = (k: Kind) => {
    setKind(k)
    requestAnimationFrame(() => writing.current?.focus())
  }
  useCommand(
    {
      id: 'composer-reply',
      label: t('composer.reply.name'),
      keys: 'r',
      group: t('composer.name'),
      run: () => focus('reply'),
    },
    {
      id: 'composer-note',
      label: t('composer.note.name'),
      keys: 'n',
      group: t('composer.name'),
      run: () => focus('note'),
    },
    {
      id: 'composer-macro',
      label: t('composer.macro.apply'),
      keys: 'm',
      group: t('composer.name'),
      run: () => startMacro(),
    },
  )
  const startMacro = () => {
    writing.current?.focus()
    requestAnimationFrame(() => writing.current?.insert(text.body === '' || /\s$/.test(text.body) ? '/' : ' /'))
  }

  useNews(n => {
    if (n.ticket !== id || !n.public || !n.comment || (n.actor.kind === 'agent' && n.actor.id === me.user.id)) return
    if (!blank(reply.text)) setFresh(true)
  })

  // The text says what it was begun upon: an empty one begins anew with the ticket.
  const change = (next: (x: Written) => Written) => {
    setProblem(null)
    mine.change(x => {
      const begins = blank(x)
      const y = next(x)
      return begins ? { ...y, baseSeq: Math.max(y.baseSeq, ticket.seq) } : y
    })
  }

  const replyRef = useRef(reply)
  replyRef.current = reply
  useEffect(() => {
    if (drafts.reply?.send_at && !isWaiting(id, 'reply')) {
      watch(id, 'reply', drafts.reply.send_at)
      setOnItsWay(true)
    }
    return onFate(id, 'reply', fate => {
      const r = replyRef.current
      setOnItsWay(false)
      if (fate.what === 'back') {
        r.reset(joined(fromDraft(fate.draft), r.text), fate.draft.updated_at)
        if (!blank(r.text)) r.change(x => x)
        setKind('reply')
        requestAnimationFrame(() => writing.current?.focus())
      }
      if (fate.what === 'held') {
        void cache.fetchQuery({ ...draftsQuery(id), staleTime: 0 }).then(d => {
          if (d.reply) {
            r.reset(joined(fromDraft(d.reply), r.text), d.reply.updated_at)
            if (!blank(r.text)) r.change(x => x)
          }
        })
        setKind('reply')
        setHeld(fate.why)
      }
    })
  }, [id, cache, drafts.reply])

  const uploads = useUploads(text.files, files => change(x => ({ ...x, files: [...x.files, ...files] })))
  const { choices, values } = useChoices({
    ticket: id,
    note: kind === 'note',
    writing,
    onMacro: (m, start) => void applyTo(m, start),
  })

  /** A macro fills the text and shows what it would change. It sends nothing. */
  const applyTo = async (m: Macro, start: number) => {
    let a: Schema<'AppliedMacro'>
    try {
      a = await applyMacro(m.id, { ticket: id })
    } catch (e) {
      if (e instanceof Problem) setProblem(e)
      return
    }
    const to: Kind = a.comment_mode === 'internal' ? 'note' : a.comment_mode === 'public' ? 'reply' : kind
    const rest = (x: Written): Written => ({
      ...x,
      changes: merged(x.changes, a.changes),
      macros: [...new Set([...x.macros, m.id])].slice(-20),
    })
    writing.current?.insert(to === kind ? a.comment : '', start)
    if (to === kind) return change(rest)
    const other = to === 'reply' ? reply : note
    other.change(x => ({
      ...rest(x),
      body: [x.body, a.comment].filter(b => b.trim() !== '').join('\n\n'),
      baseSeq: blank(x) ? ticket.seq : x.baseSeq,
    }))
    focus(to)
    say(t(`composer.macro.moved.${to}`))
  }

  const left = unfilled(text.body)
  const known = left.filter(n => values[n])
  const named = kind === 'reply' ? mentionsIn(text.body, agents) : []
  const ready = left.length === 0 && uploads.going.length === 0
  const empty = text.body.trim() === '' && text.files.length === 0

  const send = async (anyway = false) => {
    if (busy || !ready) return writing.current?.focus()
    const changes = tidy({ ...text.changes, status: as === 'keep' || as === ticket.status ? undefined : as })
    if (empty && Object.keys(changes).length === 0 && text.addCC.length + text.removeCC.length === 0) {
      writing.current?.focus()
      return
    }
    if (named.length > 0 && !anyway) {
      const yes = await confirm({
        title: t('composer.mention.title'),
        text: t('composer.mention.text', { names: named.map(p => p.name).join(', ') }),
        action: t('composer.mention.action'),
      })
      if (!yes) return writing.current?.focus()
    }
    setBusy(true)
    setProblem(null)
    const which = mine
    try {
      const done = await submit(id, {
        ...written(text),
        changes,
        kind,
        key: newKey(),
        even_if_answered: anyway,
      })
      which.reset(nothing(ticket.seq), null)
      setSaid(null)
      setFresh(false)
      if (kind === 'reply') setHeld('')
      setChosen(c => ({ ...c, [kind]: undefined }))
      if (done.state === 'waiting' && done.send_at) {
        setOnItsWay(true)
        watch(id, kind, done.send_at, 10)
      } else say(t(`composer.${kind}.done`))
      refresh(cache, id)
      writing.current?.focus()
    } catch (e) {
      const others = answeredBy(e)
      if (others) setSaid(others)
      else if (e instanceof Problem) setProblem(e)
      else throw e
    } finally {
      setBusy(false)
    }
  }
  const discard = async () => {
    const yes = await confirm({
      title: t('composer.discard.title'),
      text: t('composer.discard.text'),
      action: t('composer.discard.action'),
      danger: true,
    })
    if (!yes) return
    setSaid(null)
    try {
      await dropDraft(id, kind)
      mine.reset(nothing(ticket.seq), null)
      setFresh(false)
      if (kind === 'reply') setHeld('')
    } catch (e) {
      if (e instanceof Problem) setProblem(e)
    }
    writing.current?.focus()
  }
  const seen = async () => {
    const now = await cache.fetchQuery({ ...ticketQuery(id), staleTime: 0 })
    reply.change(x => ({ ...x, baseSeq: now.seq }))
    refresh(cache, id)
    setSaid(null)
    setFresh(false)
    setHeld('')
    writing.current?.focus()
  }

  const drop = (e: DragEvent) => {
    e.preventDefault()
    setDropping(false)
    const files = [...e.dataTransfer.files]
    if (files.length > 0) void uploads.send(files)
  }
  const hasFiles = (e: DragEvent) => e.dataTransfer.types.includes('Files')
  const clock = (at: string) =>
    new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short', timeZone: me.store.time_zone }).format(new Date(at))
  const state = {
    none: '',
    dirty: onItsWay && kind === 'reply' ? t('composer.state.waiting') : t('composer.state.saving'),
    saved: mine.saving.at ? t('composer.state.saved', { time: clock(mine.saving.at) }) : '',
    failed: t('composer.state.failed'),
  }[mine.saving.state]

  return (
    <section
      ref={box}
      className={classes.composer}
      data-kind={kind}
      data-drop={dropping ? t('composer.files.drop') : undefined}
      aria-label={t(`composer.${kind}.name`)}
      tabIndex={-1}
      onKeyDown={e => {
        // Out of the text, to where single keys work again.
        if (e.key === 'Escape' && e.target instanceof HTMLTextAreaElement) box.current?.focus()
      }}
      onDragOver={e => {
        if (!hasFiles(e)) return
        e.preventDefault()
        setDropping(true)
      }}
      onDragLeave={e => !box.current?.contains(e.relatedTarget as Node | null) && setDropping(false)}
      onDrop={drop}
    >
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          value={kind}
          onChange={k => focus(k as Kind)}
          aria-label={t('composer.kind')}
          color={kind === 'note' ? 'note' : 'blue'}
          data={(['reply', 'note'] as const).map(k => ({
            value: k,
            label: (
              <Group gap={6} wrap="nowrap">
                {k === 'note' ? <IconLock size={14} aria-hidden /> : <IconMessage2 size={14} aria-hidden />}
                {t(`composer.${k}.name`)}
                {k !== kind && !blank(k === 'reply' ? reply.text : note.text) && (
                  <span title={t('composer.draftThere')}>
                    <span aria-hidden>●</span>
                    <span className="visually-hidden">{t('composer.draftThere')}</span>
                  </span>
                )}
              </Group>
            ),
          }))}
        />
        {drafts.others.length > 0 && (
          <Text size="xs" c="dimmed">
            {t('composer.others', {
              count: new Set(drafts.others.map(o => o.user.id)).size,
              names: [...new Set(drafts.others.map(o => o.user.name))].join(', '),
            })}
          </Text>
        )}
      </div>
      {kind === 'reply' ? (
        <Recipients
          ticket={id}
          add={text.addCC.map(c => c.address)}
          remove={text.removeCC}
          onAdd={address =>
            change(x => ({
              ...x,
              removeCC: x.removeCC.filter(a => a.toLowerCase() !== address.toLowerCase()),
              addCC: x.addCC.some(c => c.address.toLowerCase() === address.toLowerCase())
                ? x.addCC
                : [...x.addCC, { address }],
            }))
          }
          onRemove={address =>
            change(x => ({
              ...x,
              addCC: x.addCC.filter(c => c.address.toLowerCase() !== address.toLowerCase()),
              removeCC: ticket.participants.some(p => p.address.toLowerCase() === address.toLowerCase())
                ? [...x.removeCC, address]
                : x.removeCC,
            }))
          }
        />
      ) : (
        <div className={classes.hush} id={hint}>
          <IconLock size={15} aria-hidden />
          {t('composer.note.hush')}
        </div>
      )}
      {(held || fresh) && kind === 'reply' && (
        <Alert color={held ? 'red' : 'yellow'} mx="sm" py={6} role="alert">
          <Group justify="space-between" gap="xs">
            {held === 'answered_meanwhile'
              ? t('composer.held.answered')
              : held
                ? t('composer.held.other', { why: held })
                : t('composer.fresh')}
            <Button size="compact-sm" variant="default" onClick={() => void seen()}>
              {t('composer.freshSeen')}
            </Button>
          </Group>
        </Alert>
      )}
      <Writing
        key={kind}
        ref={writing}
        label={t(`composer.${kind}.name`)}
        placeholder={t(`composer.${kind}.placeholder`)}
        describedBy={kind === 'note' ? hint : undefined}
        value={text.body}
        onChange={body => {
          // A variable that is typed to its end is filled in at once.
          const filled = body.length > text.body.length && body.includes('}}') ? fill(body, values) : body
          change(x => ({ ...x, body: filled }))
        }}
        choices={choices}
        onSubmit={() => void send()}
        onFiles={files => void uploads.send(files)}
      />
      <div className={classes.extra}>
        <FileList
          files={text.files}
          going={uploads.going}
          problem={uploads.problem}
          onRemove={fid => change(x => ({ ...x, files: x.files.filter(f => f.id !== fid) }))}
        />
        <ChangeChips changes={text.changes} onChange={c => change(x => ({ ...x, changes: c }))} />
        {left.length > 0 && (
          <Group gap="xs" role="alert" mt={4}>
            <Text size="sm" className={classes.warn}>
              {t('composer.variable.left', { count: left.length, names: left.map(n => `{{ ${n} }}`).join(', ') })}
            </Text>
            {known.length > 0 && (
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
        {problem && (
          <Text size="sm" className={classes.warn} role="alert">
            {words(problem)}
          </Text>
        )}
      </div>
      <div className={classes.foot}>
        <Group gap="xs">
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
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={startMacro}
            leftSection={<IconSlash size={15} aria-hidden />}
          >
            {t('composer.macro.apply')}
          </Button>
          {!blank(text) && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              onClick={() => void discard()}
              leftSection={<IconTrash size={15} aria-hidden />}
            >
              {t('composer.discard.action')}
            </Button>
          )}
          <span className={classes.state} role="status">
            {state}
          </span>
        </Group>
        <SendButton
          kind={kind}
          as={as}
          busy={busy}
          disabled={!ready}
          onSend={() => void send()}
          onChoose={s => {
            if (text.changes.status) change(x => ({ ...x, changes: tidy({ ...x.changes, status: undefined }) }))
            setChosen(c => ({ ...c, [kind]: s }))
            if (kind === 'reply') remembered.set(kind, s)
          }}
        />
      </div>
      <AnsweredDialog
        said={said}
        onAnyway={() => void send(true)}
        onEdit={() => void seen()}
        onDiscard={() => void discard()}
      />
    </section>
  )
}
