import { useCallback, useEffect, useRef, useState } from 'react'
import { Problem, type Schema } from '@/api/client'
import { saveDraft } from './api'
import { backup, blank, type Text, written } from './text'

export type Saving = { state: 'none' | 'dirty' | 'saved' | 'failed'; at: string | null; why?: Problem }

const PAUSE = 800

/**
 * useText keeps one text: at once in the browser, a moment later on the server. While hold
 * is true (the one before is on its way out) it stays in the browser.
 */
export function useText(
  user: number,
  ticket: number,
  kind: 'reply' | 'note' | 'new',
  first: { text: Text; at: string | null; dirty: boolean },
  hold: boolean,
  form?: Schema<'Written'>['form'],
) {
  const [text, setText] = useState(first.text)
  const [saving, setSaving] = useState<Saving>({
    state: first.dirty ? 'dirty' : first.at ? 'saved' : 'none',
    at: first.at,
  })
  const [changed, setChanged] = useState(first.dirty ? 1 : 0)
  const latest = useRef({ text, form })
  latest.current = { text, form }
  const due = useRef(first.dirty)

  const change = useCallback((next: (t: Text) => Text) => {
    setText(t => next(t))
    due.current = true
    setSaving(s => ({ state: 'dirty', at: s.at }))
    setChanged(n => n + 1)
  }, [])

  const save = useCallback(async () => {
    if (!due.current) return
    due.current = false
    const { text, form } = latest.current
    try {
      const done = await saveDraft(ticket, kind, form === undefined ? written(text) : { ...written(text), form })
      if (due.current) return // something came since
      backup.drop(user, ticket, kind)
      setSaving({ state: blank(text) && !form ? 'none' : 'saved', at: done.updated_at })
    } catch (e) {
      due.current = true
      if (e instanceof Problem) setSaving(s => ({ state: 'failed', at: s.at, why: e }))
    }
  }, [user, ticket, kind])

  // biome-ignore lint/correctness/useExhaustiveDependencies: changed stands for the text
  useEffect(() => {
    if (changed === 0) return
    backup.set(user, ticket, kind, form === undefined ? latest.current.text : { ...latest.current.text, form })
    if (hold) return
    const timer = setTimeout(save, PAUSE)
    return () => clearTimeout(timer)
  }, [changed, hold, save])
  const held = useRef(hold)
  held.current = hold
  useEffect(() => () => void (held.current || save()), [save])

  /** reset shows a text that the server knows. */
  const reset = useCallback(
    (next: Text, at: string | null) => {
      due.current = false
      backup.drop(user, ticket, kind)
      setText(next)
      setSaving({ state: at ? 'saved' : 'none', at })
      setChanged(0)
    },
    [user, ticket, kind],
  )
  return { text, change, saving, reset, save }
}
