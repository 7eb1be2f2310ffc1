import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/shared/me'

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** ago is how long ago something was, in the largest unit that fits. */
export function ago(at: string, language: string, now = Date.now(), style: 'long' | 'narrow' = 'long'): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000)
  const [unit, size] = steps.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1]
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style }).format(Math.trunc(seconds / size), unit)
}

export function exact(at: string, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', timeZone }).format(new Date(at))
}

/** Time says how long ago, and exactly when, in the store's zone, on hover or focus. */
export function Time({ at, narrow }: { at: string | null | undefined; narrow?: boolean }) {
  const { i18n } = useTranslation()
  const zone = useMe().store.time_zone
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick(n => n + 1), 30_000)
    return () => clearInterval(timer)
  }, [])
  if (!at) return <>–</>
  return (
    <Tooltip label={exact(at, i18n.language, zone)}>
      <time dateTime={at}>{ago(at, i18n.language, Date.now(), narrow ? 'narrow' : 'long')}</time>
    </Tooltip>
  )
}
