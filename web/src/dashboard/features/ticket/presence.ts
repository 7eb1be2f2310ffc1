import { type RefObject, useEffect, useRef, useState } from 'react'
import { useLiveEvent } from '@/shared/live'
import { type Here, sendPresence } from './api'

const BEAT = 20_000
const TYPING = 8000 // after the last letter

/** usePresence tells others that somebody is here, and who else is. within is where they write. */
export function usePresence(id: number, within: RefObject<HTMLElement | null>): Here[] {
  const [others, setOthers] = useState<Here[]>([])
  const look = useRef(() => {})
  useEffect(() => {
    let typed = 0
    let state = ''
    let gone = false
    const send = async (next: 'viewing' | 'typing') => {
      state = next
      try {
        const answer = await sendPresence(id, next)
        if (!gone) setOthers(answer.results)
      } catch {
        // the next sign of life will do
      }
    }
    const now = () => (Date.now() - typed < TYPING ? 'typing' : 'viewing')
    const leave = () => {
      if (state === '') return
      state = ''
      sendPresence(id, 'gone').catch(() => {})
    }
    const beat = () => {
      if (!document.hidden) void send(now())
    }
    const onInput = () => {
      typed = Date.now()
      if (state !== 'typing') void send('typing')
    }
    const onVisible = () => (document.hidden ? leave() : void send(now()))
    const onHide = () => leave()
    const el = within.current
    el?.addEventListener('input', onInput)
    document.addEventListener('visibilitychange', onVisible)
    window.addEventListener('pagehide', onHide)
    const timer = setInterval(beat, BEAT)
    const stopped = setInterval(() => {
      if (state === 'typing' && now() === 'viewing') void send('viewing')
    }, 2000)
    beat()
    look.current = beat
    return () => {
      gone = true
      clearInterval(timer)
      clearInterval(stopped)
      el?.removeEventListener('input', onInput)
      document.removeEventListener('visibilitychange', onVisible)
      window.removeEventListener('pagehide', onHide)
      leave()
    }
  }, [id, within])
  // A sign of life that says nothing new is told to nobody, so this does not go round.
  useLiveEvent<{ ticket: number }>('presence', p => {
    if (p.ticket === id) look.current()
  })
  return others
}
