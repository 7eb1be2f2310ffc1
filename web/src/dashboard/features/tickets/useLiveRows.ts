import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { key } from '@/api/client'
import { useNews } from '@/shared/live'
import { askList, askRows, listQuery, type Place, type Row, type TicketList } from './api'

const COUNTS_LIVE = 6000

/**
 * useLiveRows keeps the rows on the screen as they are now, each in its place, and tells of
 * tickets that the list would have besides: those come when somebody asks for them.
 */
export function useLiveRows(place: Place | null, rows: Row[]) {
  const client = useQueryClient()
  const [fresh, setFresh] = useState<Set<number>>(new Set())
  const [coming, setComing] = useState<{ n: number; list: TicketList } | null>(null)
  const changed = useRef(new Set<number>())
  const unknown = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ place, rows })
  latest.current = { place, rows }
  const at = JSON.stringify(place)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has news of its own
  useEffect(() => {
    setComing(null)
    setFresh(new Set())
    return () => clearTimeout(timer.current)
  }, [at])

  const patch = useCallback(async () => {
    const { place, rows } = latest.current
    if (!place) return
    const ids = [...changed.current]
    const news = unknown.current
    changed.current = new Set()
    unknown.current = false
    const count = () => client.invalidateQueries({ queryKey: key('/tickets/counts/') })
    void count()
    setTimeout(() => void count(), COUNTS_LIVE) // what the server had counted before is older then
    if (ids.length > 0) {
      const now = new Map((await askRows(ids.slice(0, 100))).results.map(r => [r.id, r]))
      client.setQueryData<TicketList>(listQuery(place).queryKey, old => old && merged(old, now))
      setFresh(new Set(now.keys()))
      setTimeout(() => setFresh(new Set()), 2200)
    }
    if (news && !place.after && !place.before) {
      const list = await askList(place)
      const shown = new Set(rows.map(r => r.id))
      const n = list.results.filter(r => !shown.has(r.id)).length
      if (JSON.stringify(latest.current.place) === JSON.stringify(place)) setComing(n > 0 ? { n, list } : null)
    }
  }, [client])

  useNews(n => {
    if (!n.ticket) return
    if (latest.current.rows.some(r => r.id === n.ticket)) changed.current.add(n.ticket)
    else unknown.current = true
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void patch().catch(() => {}), 500)
  })

  const show = () => {
    if (coming && place) client.setQueryData(listQuery(place).queryKey, coming.list)
    setComing(null)
  }
  return { fresh, coming: coming?.n ?? 0, show }
}

/** merged puts rows as they are now into a list, in their places. */
export function merged(list: TicketList, now: Map<number, Row>): TicketList {
  const put = (rows: Row[]) => rows.map(r => now.get(r.id) ?? r)
  return { ...list, results: put(list.results), exact: put(list.exact) }
}
