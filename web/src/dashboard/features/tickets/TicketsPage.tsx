import { Button, Group, Select } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconDeviceFloppy } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { useCommand } from '@/shared/commands'
import { useMe } from '@/shared/me'
import { lastOpened, rememberNeighbours } from '@/shared/neighbours'
import { places } from '@/shared/paths'
import { InSide } from '@/shared/slots'
import { Empty } from '@/shared/ui/Empty'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { PageHead } from '@/shared/ui/PageHead'
import { type BulkChange, type Order, type Place, useCounts, useList, useViews, type View } from './api'
import type { Draft } from './SaveView'
import { SearchBox } from './SearchBox'
import { orders, SortSelect } from './SortSelect'
import { toggled } from './selection'
import { TicketTable, usualColumns } from './TicketTable'
import classes from './tickets.module.css'
import { type Target, useBulk } from './useBulk'
import { useLiveRows } from './useLiveRows'
import { ViewsNav, viewName } from './ViewsNav'

// What the first look at the list does without.
const BulkBar = lazy(() => import('./BulkBar').then(m => ({ default: m.BulkBar })))
const SaveView = lazy(() => import('./SaveView').then(m => ({ default: m.SaveView })))
const Preview = lazy(() => import('./Preview').then(m => ({ default: m.Preview })))

const rowLink = (id: number) => document.querySelector<HTMLElement>(`tr[data-ticket="${id}"] a`)
const firstView = 'unsolved'

/** What the address says. */
type At = { view?: string; q?: string; order?: string; after?: string; before?: string }

/** TicketsPage is the list of tickets: views, search, table, and what is done to many. */
export function TicketsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const me = useMe().user
  const at: At = useSearch({ strict: false })
  const views = useViews()
  const counts = useCounts().data
  const view = views.data?.results.find(v => v.id === (at.view ?? (at.q === undefined ? firstView : ''))) ?? null
  const search = at.q ?? view?.query ?? ''
  const order = ((orders as readonly string[]).includes(at.order ?? '') ? at.order : (view?.order ?? '-id')) as Order
  const known = views.data !== undefined || at.q !== undefined
  const place: Place | null = useMemo(
    () => (known ? { q: search, order, after: at.after, before: at.before } : null),
    [known, search, order, at.after, at.before],
  )
  const list = useList(place)
  const rows = list.data?.results ?? []
  const ids = useMemo(() => rows.map(r => r.id), [rows])
  useEffect(() => {
    if (ids.length > 0) rememberNeighbours({ ids, url: location.pathname + location.search })
  }, [ids])
  const columns = view?.columns.length ? view.columns : usualColumns
  const live = useLiveRows(place, rows)
  const title = view ? viewName(t, view) : t('tickets.results')

  const go = (to: Partial<typeof at>, replace = false) =>
    void navigate({ to: places.tickets, search: { ...at, after: undefined, before: undefined, ...to }, replace })
  const page = (to: { after?: string; before?: string }) => {
    setCursor(null)
    void navigate({ to: places.tickets, search: { ...at, after: undefined, before: undefined, ...to } })
    window.scrollTo(0, 0)
  }

  const [picked, setPicked] = useState<Set<number>>(new Set())
  const [wholeSearch, setWholeSearch] = useState(false)
  const [cursor, setCursor] = useState<number | null>(null)
  const [preview, setPreview] = useState(false)
  const [menu, setMenu] = useState<string | null>(null)
  const [draft, setDraft] = useState<Draft | null>(null)
  const last = useRef<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, another choice
  useEffect(() => {
    setPicked(new Set())
    setWholeSearch(false)
    setCursor(null)
    setPreview(false)
  }, [search, order, at.view])

  const bulk = useBulk(() => {
    setPicked(new Set())
    setWholeSearch(false)
    void list.refetch()
  })
  const pick = (id: number, range: boolean) => {
    setWholeSearch(false)
    setPicked(toggled(picked, ids, last.current, id, range))
    last.current = id
  }
  const target = (): Target | null =>
    wholeSearch
      ? { all: search }
      : picked.size > 0
        ? { ids: [...picked] }
        : cursor !== null && ids.includes(cursor)
          ? { ids: [cursor] }
          : null
  const change = (what: BulkChange) => {
    const on = target()
    if (on && !bulk.running) void bulk.run(on, what)
  }
  const openMenu = (name: string) => {
    if (picked.size === 0 && cursor !== null) setPicked(new Set([cursor]))
    if (picked.size > 0 || cursor !== null) setMenu(name)
  }
  const move = (by: number) => {
    const i = cursor === null ? (by > 0 ? -1 : 0) : ids.indexOf(cursor)
    const next = ids[Math.max(0, Math.min(ids.length - 1, i + by))]
    if (next === undefined) return
    setCursor(next)
    rowLink(next)?.focus()
  }
  // Who comes back from a ticket goes on from there.
  const came = useRef(false)
  useEffect(() => {
    if (ids.length === 0 || came.current) return
    came.current = true
    const opened = lastOpened.get()
    if (!ids.includes(opened)) return
    setCursor(opened)
    const at = document.activeElement
    if (at === document.body || at?.id === 'content') rowLink(opened)?.focus()
  }, [ids])
  const row = rows.find(r => r.id === cursor)
  const group = t('tickets.keys')
  useCommand(
    { id: 'list.down', label: t('tickets.key.down'), keys: 'j', group, keysOnly: true, run: () => move(1) },
    { id: 'list.up', label: t('tickets.key.up'), keys: 'k', group, keysOnly: true, run: () => move(-1) },
    row && {
      id: 'list.open',
      label: t('tickets.key.open'),
      keys: 'o',
      group,
      run: () => void navigate({ to: places.ticket(row.id) }),
    },
    row && { id: 'list.pick', label: t('tickets.key.pick'), keys: 'x', group, run: () => pick(row.id, false) },
    row && {
      id: 'list.preview',
      label: t('tickets.key.preview'),
      keys: ' ',
      group,
      keysOnly: true,
      run: () => setPreview(!preview),
    },
    (row || picked.size > 0) && {
      id: 'list.solve',
      label: t('tickets.key.solve'),
      keys: 'e',
      group,
      run: () => change({ status: 'solved' }),
    },
    (row || picked.size > 0) && {
      id: 'list.pending',
      label: t('tickets.key.pending'),
      keys: 'p',
      group,
      run: () => change({ status: 'pending' }),
    },
    (row || picked.size > 0) && {
      id: 'list.mine',
      label: t('tickets.key.mine'),
      keys: 'i',
      group,
      run: () => change({ assignee: me.id }),
    },
    (row || picked.size > 0) && {
      id: 'list.assign',
      label: t('tickets.key.assign'),
      keys: 'a',
      group,
      run: () => openMenu('assign'),
    },
    (row || picked.size > 0) && {
      id: 'list.tags',
      label: t('tickets.key.tags'),
      keys: 't',
      group,
      run: () => openMenu('tags'),
    },
    (picked.size > 0 || preview) && {
      id: 'list.escape',
      label: t('tickets.clear'),
      keys: 'Escape',
      group,
      keysOnly: true,
      run: () => (preview ? setPreview(false) : setPicked(new Set())),
    },
    live.coming > 0 && { id: 'list.news', label: t('tickets.key.news'), keys: '.', group, run: live.show },
    ...(views.data?.results ?? []).map(v => ({
      id: `view.${v.id}`,
      label: t('tickets.goView', { name: viewName(t, v) }),
      keys: viewKeys[v.id],
      group: t('tickets.views'),
      run: () => void navigate({ to: places.tickets, search: { view: v.id } }),
    })),
  )

  const wrong = list.error instanceof Problem && list.error.fields.q ? list.error.fields.q.join(' ') : undefined
  const altered = view !== null && (search !== view.query || order !== view.order)
  const inView = !altered && view && counts ? counts.counts[view.id] : undefined
  const whole = rows.length > 0 && rows.every(r => picked.has(r.id)) && (list.data?.next || list.data?.previous)
  const nav = (
    <ViewsNav
      views={views.data?.results ?? []}
      counts={counts?.counts ?? {}}
      cap={counts?.cap ?? 999}
      current={view?.id ?? ''}
      onEdit={setDraft}
    />
  )
  return (
    <div className={classes.page}>
      <InSide>{nav}</InSide>
      <PageHead title={title}>
        {altered && view.may_change && (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => setDraft({ ...view, query: search, order })}
            leftSection={<IconDeviceFloppy size={14} aria-hidden />}
          >
            {t('tickets.updateView')}
          </Button>
        )}
        {!wrong && (altered || (view === null && search !== '')) && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setDraft({ name: '', query: search, order, columns, shared: false, group: 0 })}
          >
            {t('tickets.saveView')}
          </Button>
        )}
        <Select
          hiddenFrom="sm"
          size="xs"
          aria-label={t('tickets.views')}
          allowDeselect={false}
          placeholder={t('tickets.views')}
          value={view?.id ?? null}
          onChange={id => id && void navigate({ to: places.tickets, search: { view: id } })}
          data={(views.data?.results ?? []).map(v => ({ value: v.id, label: viewName(t, v) }))}
        />
      </PageHead>
      <div className={classes.bar}>
        <SearchBox
          search={search}
          onSearch={q => go({ view: view?.id, q: q === view?.query ? undefined : q }, true)}
          error={wrong}
          busy={list.isFetching}
        />
        <SortSelect
          aria-label={t('tickets.sort')}
          value={order}
          onChange={o => go({ view: view?.id, order: o === view?.order ? undefined : (o ?? undefined) })}
          w={220}
        />
      </div>
      {list.data && list.data.exact.length > 0 && (
        <section className={classes.exact} aria-label={t('tickets.exact')}>
          <TicketTable
            rows={list.data.exact}
            columns={columns}
            picked={picked}
            fresh={live.fresh}
            at={null}
            label={t('tickets.exact')}
            onPick={pick}
            onPickAll={() => {}}
          />
        </section>
      )}
      {live.coming > 0 && (
        <div className={classes.news}>
          <Button size="compact-sm" radius="xl" onClick={live.show}>
            {t('tickets.news', { count: live.coming })}
          </Button>
        </div>
      )}
      <div className="visually-hidden" role="status">
        {live.coming > 0 ? t('tickets.news', { count: live.coming }) : ''}
      </div>
      <div className={classes.list} data-old={list.isPlaceholderData || undefined}>
        {(views.error || (list.error && !wrong)) && (
          <ErrorNote
            error={views.error ?? list.error}
            retry={() => void (views.error ? views.refetch() : list.refetch())}
          />
        )}
        {!list.data && !list.error && !views.error && <Loading rows={12} height={40} />}
        {rows.length > 0 && !wrong && (
          <TicketTable
            rows={rows}
            columns={columns}
            picked={picked}
            fresh={live.fresh}
            at={cursor}
            label={title}
            onPick={pick}
            onPickAll={on => {
              setWholeSearch(false)
              setPicked(on ? new Set(ids) : new Set())
            }}
          />
        )}
        {list.data && rows.length === 0 && list.data.exact.length === 0 && !wrong && (
          <Nothing
            view={altered ? null : view}
            counts={counts?.counts}
            onClear={() => go({ q: '', view: undefined })}
          />
        )}
      </div>
      {list.data && (list.data.next || list.data.previous) && (
        <Group justify="space-between" className={classes.pager} component="nav" aria-label={t('tickets.pages')}>
          <Button
            variant="default"
            size="compact-sm"
            disabled={!list.data.previous}
            onClick={() => page({ before: list.data?.previous ?? undefined })}
            leftSection={<IconChevronLeft size={14} aria-hidden />}
          >
            {t('common.previous')}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            disabled={!list.data.next}
            onClick={() => page({ after: list.data?.next ?? undefined })}
            rightSection={<IconChevronRight size={14} aria-hidden />}
          >
            {t('common.next')}
          </Button>
        </Group>
      )}
      <Suspense fallback={null}>
        {(picked.size > 0 || bulk.running) && (
          <BulkBar
            count={picked.size}
            all={
              whole
                ? {
                    n: inView !== undefined && counts && inView <= counts.cap ? inView : null,
                    chosen: wholeSearch,
                    choose: () => setWholeSearch(true),
                  }
                : null
            }
            running={bulk.running}
            open={menu}
            onOpen={setMenu}
            onChange={change}
            onClear={() => {
              setPicked(new Set())
              setWholeSearch(false)
            }}
          />
        )}
        {preview && row && <Preview row={row} onClose={() => setPreview(false)} />}
        {draft && (
          <SaveView
            draft={draft}
            onClose={() => setDraft(null)}
            onSaved={v => {
              setDraft(null)
              void navigate({ to: places.tickets, search: { view: v.id } })
            }}
          />
        )}
      </Suspense>
    </div>
  )
}

const viewKeys: Record<string, string> = {
  mine: 'g m',
  unassigned: 'g u',
  unsolved: 'g o',
  pending: 'g w',
  all: 'g a',
}

/** Nothing says why a list is empty, and where to go. */
function Nothing({
  view,
  counts,
  onClear,
}: {
  view: View | null
  counts: Record<string, number> | undefined
  onClear: () => void
}) {
  const { t } = useTranslation()
  if (view?.built_in) {
    const next = (counts?.unassigned ?? 0) > 0 ? t('tickets.empty.next', { count: counts?.unassigned }) : undefined
    return (
      <Empty
        title={t(`tickets.empty.${view.id}`)}
        text={view.id === 'mine' || view.id === 'pending' ? next : undefined}
      />
    )
  }
  return (
    <Empty title={t('tickets.empty.search')} text={t('tickets.empty.searchText')}>
      <Button variant="default" onClick={onClear}>
        {t('tickets.empty.clear')}
      </Button>
    </Empty>
  )
}
