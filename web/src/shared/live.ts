import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { Schema } from '@/api/client'

export type News = Schema<'News'>
export type LiveState = 'live' | 'connecting' | 'offline'

/**
 * One stream of news for all tabs of a browser: the tab that holds the lock has it and tells
 * the others. A tab that nobody has looked at for a minute gives it up.
 */
const LOCK = 'storedesk-live'
const PATIENCE = 60_000
type Message = { news?: News; state?: LiveState; event?: { kind: string; data: unknown } }

let state: LiveState = navigator.onLine ? 'connecting' : 'offline'
const stateListeners = new Set<() => void>()
const newsListeners = new Set<(n: News) => void>()
const eventListeners = new Map<string, Set<(data: unknown) => void>>()
const channel = new BroadcastChannel(LOCK)

function become(next: LiveState) {
  if (next === state) return
  state = next
  for (const l of stateListeners) l()
}

function take(m: Message) {
  if (m.state) become(m.state)
  if (m.news) for (const l of newsListeners) l(m.news)
  if (m.event) for (const l of eventListeners.get(m.event.kind) ?? []) l(m.event.data)
}

function tell(m: Message) {
  take(m)
  channel.postMessage(m)
}

/** Kinds of server-sent events beside news. */
const kinds = ['presence', 'draft', 'bulk'] as const

function listen(): () => void {
  const source = new EventSource('/dashboard/api/live/')
  source.onopen = () => tell({ state: 'live' })
  source.onerror = () => tell({ state: navigator.onLine ? 'connecting' : 'offline' })
  source.addEventListener('news', e => tell({ news: JSON.parse((e as MessageEvent<string>).data) }))
  for (const kind of kinds) {
    source.addEventListener(kind, e => tell({ event: { kind, data: JSON.parse((e as MessageEvent<string>).data) } }))
  }
  return () => source.close()
}

/** startLive begins to listen; call it once. */
export function startLive() {
  let leave: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const join = () => {
    clearTimeout(timer)
    if (leave) return
    const mine = new AbortController()
    leave = mine
    const held = () =>
      new Promise<void>(done => {
        const stop = listen()
        mine.signal.addEventListener('abort', () => {
          stop()
          done()
        })
      })
    if (navigator.locks) {
      navigator.locks.request(LOCK, { signal: mine.signal }, held).catch(() => {})
    } else {
      void held() // no secure context: each tab listens for itself
    }
  }
  const seen = () => {
    if (!document.hidden) return join()
    timer = setTimeout(() => {
      leave?.abort()
      leave = null
    }, PATIENCE)
  }
  channel.onmessage = e => {
    const m = e.data as Message & { hello?: true }
    if (m.hello && leave && state === 'live') channel.postMessage({ state })
    else take(m)
  }
  channel.postMessage({ hello: true })
  document.addEventListener('visibilitychange', seen)
  window.addEventListener('offline', () => become('offline'))
  window.addEventListener('online', () => become('connecting'))
  seen()
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    l => {
      stateListeners.add(l)
      return () => stateListeners.delete(l)
    },
    () => state,
  )
}

/** useNews calls back for each change in the store, made here or elsewhere. */
export function useNews(handle: (n: News) => void) {
  const latest = useRef(handle)
  latest.current = handle
  useEffect(() => {
    const l = (n: News) => latest.current(n)
    newsListeners.add(l)
    return () => {
      newsListeners.delete(l)
    }
  }, [])
}

/** useLiveEvent calls back for other events of the stream: presence, draft, bulk. */
export function useLiveEvent<T>(kind: (typeof kinds)[number], handle: (data: T) => void) {
  const latest = useRef(handle)
  latest.current = handle
  useEffect(() => {
    const l = (data: unknown) => latest.current(data as T)
    const set = eventListeners.get(kind) ?? new Set()
    eventListeners.set(kind, set.add(l))
    return () => {
      set.delete(l)
    }
  }, [kind])
}
