import { Button, SegmentedControl, Text } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '@/shared/commands'
import { useNews } from '@/shared/live'
import { useMe } from '@/shared/me'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { type Only, timelineQuery, useCatchUp } from './api'
import { CommentCard } from './CommentCard'
import { EventLine } from './EventLine'
import { type Comment, type Row, rows } from './group'
import { useSeen } from './seen'
import classes from './Ticket.module.css'

type Props = {
  id: number
  onSplit: (comment: Comment) => void
  onOriginal: (mail: number) => void
}

/** Timeline is what was said and done, oldest first; it opens at the first unread. */
export function Timeline({ id, onSplit, onOriginal }: Props) {
  const { t } = useTranslation()
  const [only, setOnly] = useState<Only>('all')
  const hash = useLocation({ select: l => l.hash })
  const asked = /^#?comment-(\d+)$/.exec(hash)?.[1]
  const around = asked ? `c${asked}` : undefined
  const scroll = useRef<HTMLElement>(null)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.scroll} ref={scroll} tabIndex={0} aria-label={t('ticket.timeline.label')}>
      <div className={classes.column}>
        <div className={classes.bar}>
          <SegmentedControl
            size="xs"
            value={only}
            onChange={v => setOnly(v as Only)}
            aria-label={t('ticket.timeline.show')}
            data={(['all', 'comments', 'events'] as const).map(v => ({ value: v, label: t(`ticket.timeline.${v}`) }))}
          />
        </div>
        <Pages
          key={`${only} ${around ?? ''}`}
          id={id}
          only={only}
          around={around}
          scroll={scroll}
          onSplit={onSplit}
          onOriginal={onOriginal}
        />
      </div>
    </section>
  )
}

type PagesProps = Props & { only: Only; around?: string; scroll: RefObject<HTMLElement | null> }

function Pages({ id, only, around, scroll, onSplit, onOriginal }: PagesProps) {
  const { t } = useTranslation()
  const me = useMe().user
  const query = useInfiniteQuery(timelineQuery(id, only, around))
  const pages = query.data?.pages
  const list = useMemo(() => rows(pages?.flatMap(p => p.results) ?? []), [pages])
  const first = pages?.[0]
  // Where this visit began does not change while more is read.
  const begin = useRef<string | null>(null)
  if (begin.current === null && first) begin.current = around ?? first.start ?? ''
  const unreadFrom = useRef<string | null>(null)
  if (unreadFrom.current === null && first) unreadFrom.current = list.find(r => r.unread)?.key ?? ''

  useSeen(id, pages?.at(-1)?.next === null ? pages.at(-1)!.seq : 0)
  const { fresh, waiting, clear } = useLiveTail(id, only, around, list, me.id, scroll)
  usePlace(scroll, list, begin.current, around !== undefined)
  useStayAtEnd(scroll, list.length > 0)
  useNextComment(scroll)
  const edges = useEdges(query, scroll)

  if (query.isPending) return <Loading height={90} rows={5} />
  if (query.isError && !pages) return <ErrorNote error={query.error} retry={() => query.refetch()} />
  if (list.length === 0) return <Empty title={t('ticket.timeline.empty')} />
  return (
    <>
      <div ref={edges.top} />
      {query.hasPreviousPage && (
        <Button
          variant="default"
          size="compact-sm"
          fullWidth
          loading={query.isFetchingPreviousPage}
          onClick={() => query.fetchPreviousPage()}
        >
          {t('ticket.timeline.earlier')}
        </Button>
      )}
      {list.map(row => (
        <div key={row.key} className={classes.row} data-kind={row.kind} data-row={row.key}>
          {row.key === unreadFrom.current && <div className={classes.unread}>{t('ticket.timeline.new')}</div>}
          {row.kind === 'comment' ? (
            <CommentCard
              item={row.item}
              comment={row.comment}
              ticket={id}
              fresh={fresh.has(row.key)}
              onSplit={onSplit}
              onOriginal={onOriginal}
            />
          ) : (
            <EventLine row={row} />
          )}
        </div>
      ))}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          fullWidth
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {t('ticket.timeline.later')}
        </Button>
      )}
      <div ref={edges.bottom} />
      <div className={classes.jump} aria-live="polite">
        {waiting > 0 && (
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowDown size={14} aria-hidden />}
            onClick={() => {
              clear()
              scroll.current?.scrollTo({ top: scroll.current.scrollHeight })
            }}
          >
            {t('ticket.timeline.arrived', { count: waiting })}
          </Button>
        )}
      </div>
      {query.isError && <Text c="red">{t('common.problem.title')}</Text>}
    </>
  )
}

const NEAR_END = 160 // pixels from the end that count as being there

function atEnd(el: HTMLElement | null): boolean {
  return !!el && el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_END
}

/** useLiveTail reads what others add, marks it for a moment, and moves nothing under the reader. */
function useLiveTail(
  id: number,
  only: Only,
  around: string | undefined,
  list: Row[],
  me: number,
  scroll: RefObject<HTMLElement | null>,
) {
  const catchUp = useCatchUp(id, only, around)
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  const [waiting, setWaiting] = useState(0)
  const known = useRef<Set<string> | null>(null)
  const live = useRef(false)
  const end = useRef(true)
  const mine = useRef(false)

  useNews(n => {
    if (n.ticket !== id) return
    live.current = true
    mine.current = n.actor.kind === 'agent' && n.actor.id === me
    end.current = atEnd(scroll.current)
    void catchUp()
    // Mail is handed over a moment after the event.
    if (n.comment && n.public) for (const wait of [3000, 12_000]) setTimeout(() => void catchUp(), wait)
  })
  useLayoutEffect(() => {
    const keys = list.map(r => r.key)
    const before = known.current
    known.current = new Set(keys)
    if (!before || !live.current || before.size === 0) return
    const lastKnown = keys.findLastIndex(k => before.has(k))
    const added = keys.slice(lastKnown + 1)
    if (added.length === 0) return
    live.current = false
    setFresh(new Set(added))
    if (end.current || mine.current) scroll.current?.scrollTo({ top: scroll.current.scrollHeight })
    else setWaiting(n => n + added.length)
    const timer = setTimeout(() => setFresh(new Set()), 2000)
    return () => clearTimeout(timer)
  }, [list, scroll])
  useEffect(() => {
    const el = scroll.current
    const onScroll = () => atEnd(el) && setWaiting(0)
    el?.addEventListener('scroll', onScroll, { passive: true })
    return () => el?.removeEventListener('scroll', onScroll)
  }, [scroll])
  return { fresh, waiting, clear: () => setWaiting(0) }
}

/** usePlace brings the place where the reader begins into view, once, and keeps what is read in
 * place when earlier comments are put before it. */
function usePlace(scroll: RefObject<HTMLElement | null>, list: Row[], begin: string | null, asked: boolean) {
  const done = useRef(false)
  const firstKey = list[0]?.key
  const seenFirst = useRef<string>(undefined)
  const height = useRef(0)
  useLayoutEffect(() => {
    const el = scroll.current
    if (!el || !firstKey) return
    if (!done.current) {
      done.current = true
      const go = () => {
        const row = begin ? el.querySelector<HTMLElement>(`[data-row="${CSS.escape(begin)}"]`) : null
        if (!row) el.scrollTo({ top: el.scrollHeight })
        else if (row.offsetTop > el.offsetTop + el.clientHeight / 2) row.scrollIntoView({ block: 'start' })
        if (row && asked) row.querySelector<HTMLElement>('[data-comment]')?.focus({ preventScroll: true })
      }
      go()
      requestAnimationFrame(go) // rows get their real height when they come into view
    } else if (seenFirst.current !== firstKey && el.scrollTop < 2) {
      el.scrollTop += el.scrollHeight - height.current // browsers hold the place, except at the very top
    }
    seenFirst.current = firstKey
    height.current = el.scrollHeight
  })
}

/** useStayAtEnd keeps the end in view for who is there, while the composer opens or grows. */
function useStayAtEnd(scroll: RefObject<HTMLElement | null>, ready: boolean) {
  useEffect(() => {
    const el = scroll.current
    if (!el || !ready) return
    let there = atEnd(el)
    const onScroll = () => {
      there = atEnd(el)
    }
    const watch = new ResizeObserver(() => {
      if (there) el.scrollTop = el.scrollHeight
    })
    el.addEventListener('scroll', onScroll, { passive: true })
    watch.observe(el)
    return () => {
      watch.disconnect()
      el.removeEventListener('scroll', onScroll)
    }
  }, [scroll, ready])
}

type Query = {
  hasNextPage: boolean
  hasPreviousPage: boolean
  isFetching: boolean
  fetchNextPage: () => unknown
  fetchPreviousPage: () => unknown
}

/** useEdges reads on before the reader comes to an end of what is there. */
function useEdges(query: Query, scroll: RefObject<HTMLElement | null>) {
  const latest = useRef(query)
  latest.current = query
  const watch = useCallback(
    (what: 'top' | 'bottom') => (el: HTMLElement | null) => {
      if (!el) return
      const observer = new IntersectionObserver(
        entries => {
          const q = latest.current
          if (q.isFetching || !entries.some(e => e.isIntersecting)) return
          if (what === 'top' && q.hasPreviousPage) q.fetchPreviousPage()
          if (what === 'bottom' && q.hasNextPage) q.fetchNextPage()
        },
        { root: scroll.current, rootMargin: '1200px 0px' },
      )
      observer.observe(el)
      return () => observer.disconnect()
    },
    [scroll],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page more is a new edge to watch
  return useMemo(() => ({ top: watch('top'), bottom: watch('bottom') }), [watch, query.isFetching])
}

/** useNextComment goes from comment to comment by j and k. */
function useNextComment(scroll: RefObject<HTMLElement | null>) {
  const { t } = useTranslation()
  const move = (step: 1 | -1) => {
    const el = scroll.current
    if (!el) return
    const all = [...el.querySelectorAll<HTMLElement>('[data-comment]')]
    const focused = all.indexOf(document.activeElement?.closest<HTMLElement>('[data-comment]') as HTMLElement)
    const top = el.getBoundingClientRect().top
    const at =
      focused >= 0
        ? focused + step
        : step > 0
          ? all.findIndex(c => c.getBoundingClientRect().top > top + 4)
          : all.findLastIndex(c => c.getBoundingClientRect().top < top - 4)
    const next = all[Math.max(0, Math.min(all.length - 1, at))]
    next?.focus({ preventScroll: true })
    next?.scrollIntoView({ block: 'nearest' })
  }
  useCommand(
    {
      id: 'ticket.next',
      label: t('ticket.key.next'),
      keys: 'j',
      group: t('ticket.key.group'),
      keysOnly: true,
      run: () => move(1),
    },
    {
      id: 'ticket.previous',
      label: t('ticket.key.previous'),
      keys: 'k',
      group: t('ticket.key.group'),
      keysOnly: true,
      run: () => move(-1),
    },
  )
}
