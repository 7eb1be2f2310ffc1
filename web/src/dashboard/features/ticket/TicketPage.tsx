import { Drawer } from '@mantine/core'
import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { useCommand } from '@/shared/commands'
import { useNews } from '@/shared/live'
import { lastOpened, neighbours } from '@/shared/neighbours'
import { places } from '@/shared/paths'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PlaceButton } from '@/shared/ui/PlaceLink'
import { useEdit } from './actions'
import { type Ticket, ticketQuery, timelineQuery, useRefreshTicket } from './api'
import type { Comment } from './group'
import { Header } from './Header'
import { MergeModal } from './MergeModal'
import { OriginalModal } from './OriginalModal'
import { usePresence } from './presence'
import { SidePanel, type SideTab } from './SidePanel'
import { SplitModal } from './SplitModal'
import { OrderNumber } from './TextBody'
import classes from './Ticket.module.css'
import { Timeline } from './Timeline'

/** TicketPage shows one ticket; composer is what answers it, docked below the timeline. */
export function TicketPage({ id, composer }: { id: number; composer: ReactNode }) {
  const { t } = useTranslation()
  const ticket = useQuery({ ...ticketQuery(id), retry: false })
  const refresh = useRefreshTicket(id)
  useNews(n => {
    if (n.ticket === id) void refresh()
  })
  if (ticket.isPending) return <Loading height={60} />
  if (ticket.isError && !ticket.data) {
    if (ticket.error instanceof Problem && ticket.error.status === 404) {
      return (
        <Empty title={t('ticket.gone', { id })}>
          <PlaceButton to={places.tickets} variant="default">
            {t('ticket.head.back')}
          </PlaceButton>
        </Empty>
      )
    }
    return <ErrorNote error={ticket.error} retry={() => ticket.refetch()} />
  }
  return <Shown ticket={ticket.data} composer={composer} />
}

type Open = { kind: 'merge' } | { kind: 'split'; comment: Comment } | { kind: 'original'; mail: number }

function Shown({ ticket, composer }: { ticket: Ticket; composer: ReactNode }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const router = useRouter()
  const edit = useEdit(ticket)
  const dock = useRef<HTMLDivElement>(null)
  const here = usePresence(ticket.id, dock)
  const wide = useMediaQuery('(min-width: 75em)', undefined, { getInitialValueInEffect: false })
  const [folded, setFolded] = useLocalStorage({
    key: 'storedesk.ticketSide',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const [sheet, setSheet] = useState(false)
  const [tab, setTab] = useState<SideTab>('ticket')
  const [open, setOpen] = useState<Open | null>(null)
  const fields = { assignee: useRef<HTMLInputElement>(null), tags: useRef<HTMLInputElement>(null) }
  const [list] = useState(neighbours)
  useEffect(() => lastOpened.set(ticket.id), [ticket.id])
  const at = list?.ids.indexOf(ticket.id) ?? -1
  const side = wide ? !folded : sheet
  usePrefetch([list?.ids[at + 1], list?.ids[at - 1]], at >= 0)

  const setSide = (on: boolean) => (wide ? setFolded(!on) : setSheet(on))
  const back = () => (list ? router.history.push(list.url) : void navigate({ to: places.tickets }))
  const go = (id: number | undefined) => id !== undefined && navigate({ to: places.ticket(id) })
  const to = (field: keyof typeof fields) => {
    setSide(true)
    setTab('ticket')
    setTimeout(() => fields[field].current?.focus(), 60)
  }
  const group = t('ticket.key.group')
  useCommand(
    { id: 'ticket.solve', label: t('ticket.key.solve'), keys: 'e', group, run: () => edit.status('solved') },
    { id: 'ticket.pend', label: t('ticket.key.pend'), keys: 'p', group, run: () => edit.status('pending') },
    { id: 'ticket.open', label: t('ticket.key.open'), group, run: () => edit.status('open') },
    { id: 'ticket.assign', label: t('ticket.key.assign'), keys: 'a', group, run: () => to('assignee') },
    { id: 'ticket.toMe', label: t('ticket.key.toMe'), keys: 'i', group, run: () => edit.toMe() },
    { id: 'ticket.tags', label: t('ticket.key.tags'), keys: 't', group, run: () => to('tags') },
    { id: 'ticket.merge', label: t('ticket.merge.open'), keys: '#', group, run: () => setOpen({ kind: 'merge' }) },
    { id: 'ticket.back', label: t('ticket.head.back'), keys: 'u', group, run: back },
    { id: 'ticket.side', label: t('ticket.head.side'), keys: ']', group, run: () => setSide(!side) },
    at >= 0 && {
      id: 'ticket.after',
      label: t('ticket.head.after'),
      keys: 'shift+j',
      group,
      run: () => go(list?.ids[at + 1]),
    },
    at >= 0 && {
      id: 'ticket.before',
      label: t('ticket.head.before'),
      keys: 'shift+k',
      group,
      run: () => go(list?.ids[at - 1]),
    },
  )
  const panel = <SidePanel ticket={ticket} edit={edit} tab={tab} onTab={setTab} fields={fields} />
  const close = () => setOpen(null)
  const onSplit = useCallback((comment: Comment) => setOpen({ kind: 'split', comment }), [])
  const onOriginal = useCallback((mail: number) => setOpen({ kind: 'original', mail }), [])
  return (
    <div className={classes.page} data-side={(wide && side) || undefined}>
      <Header
        ticket={ticket}
        edit={edit}
        here={here}
        list={list}
        side={side}
        onSide={() => setSide(!side)}
        onMerge={() => setOpen({ kind: 'merge' })}
        onBack={back}
        onGo={go}
      />
      <OrderNumber value={ticket.order_number}>
        <Timeline id={ticket.id} onSplit={onSplit} onOriginal={onOriginal} />
      </OrderNumber>
      <div className={classes.dock} ref={dock}>
        {composer}
      </div>
      {wide && side && (
        <aside className={classes.side} aria-label={t('ticket.head.side')}>
          {panel}
        </aside>
      )}
      {!wide && (
        <Drawer
          opened={sheet}
          onClose={() => setSheet(false)}
          position="right"
          title={t('ticket.head.side')}
          padding={0}
          classNames={{ header: classes.sheetHead }}
          size={380}
        >
          {panel}
        </Drawer>
      )}
      {open?.kind === 'merge' && (
        <MergeModal
          ticket={ticket}
          onClose={close}
          onMerged={target => {
            close()
            void navigate({ to: places.ticket(target) })
          }}
        />
      )}
      {open?.kind === 'split' && (
        <SplitModal
          ticket={ticket}
          comment={open.comment}
          onClose={close}
          onSplit={made => {
            close()
            void navigate({ to: places.ticket(made) })
          }}
        />
      )}
      {open?.kind === 'original' && <OriginalModal mail={open.mail} onClose={close} />}
    </div>
  )
}

/** usePrefetch reads the tickets that are likely to be next, once this one is there. */
function usePrefetch(ids: (number | undefined)[], on: boolean) {
  const cache = useQueryClient()
  const key = on ? ids.join() : ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the ids
  useEffect(() => {
    if (!key) return
    const timer = setTimeout(() => {
      for (const id of ids) {
        if (id === undefined) continue
        void cache.prefetchQuery(ticketQuery(id))
        void cache.prefetchInfiniteQuery(timelineQuery(id, 'all'))
      }
    }, 400)
    return () => clearTimeout(timer)
  }, [key, cache])
}
