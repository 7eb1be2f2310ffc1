import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/me'
import { ago, exact } from '@/shared/ui/Time'

// One clock for all rows of a timeline: a hundred tooltips and timers would be felt.
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function listen(l: () => void) {
  listeners.add(l)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 30_000)
  return () => {
    listeners.delete(l)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** When says how long ago, and exactly when in the store's zone as its title. */
export function When({ at, narrow }: { at: string | null; narrow?: boolean }) {
  const { i18n } = useTranslation()
  const zone = useMe().store.time_zone
  const since = useSyncExternalStore(listen, () => now)
  if (!at) return <>–</>
  return (
    <time dateTime={at} title={exact(at, i18n.language, zone)}>
      {ago(at, i18n.language, Math.max(since, Date.parse(at)), narrow ? 'narrow' : 'long')}
    </time>
  )
}
