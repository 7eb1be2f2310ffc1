import type { Schema } from '@/api/client'
import { tidy } from '@/shared/compose/changes'
import type { Attached, Draft } from './api'

/** Text is what somebody is writing: the words and all that goes with them. */
export type Text = {
  body: string
  changes: Schema<'Changes'>
  files: Attached[]
  addCC: Schema<'Copy'>[]
  removeCC: string[]
  macros: number[]
  baseSeq: number
}

export const nothing = (baseSeq: number): Text => ({
  body: '',
  changes: {},
  files: [],
  addCC: [],
  removeCC: [],
  macros: [],
  baseSeq,
})

/** blank tells whether nothing would be missed. */
export const blank = (x: Text) =>
  x.body.trim() === '' &&
  x.files.length === 0 &&
  x.addCC.length === 0 &&
  x.removeCC.length === 0 &&
  Object.keys(tidy(x.changes)).length === 0

export const fromDraft = (d: Draft): Text => ({
  body: d.body,
  changes: d.changes,
  files: d.attachments,
  addCC: d.add_cc,
  removeCC: d.remove_cc,
  macros: d.macros,
  baseSeq: d.base_seq,
})

export const written = (x: Text): Schema<'Written'> => ({
  body: x.body,
  changes: tidy(x.changes),
  attachments: x.files.map(f => f.id),
  add_cc: x.addCC,
  remove_cc: x.removeCC,
  macros: x.macros,
  base_seq: x.baseSeq,
})

/** joined is a text that came back, with what was written since below it. */
export const joined = (back: Text, since: Text): Text =>
  blank(since)
    ? back
    : {
        ...back,
        body: [back.body, since.body].filter(b => b.trim() !== '').join('\n\n'),
        files: [...back.files, ...since.files.filter(f => !back.files.some(b => b.id === f.id))],
        macros: [...new Set([...back.macros, ...since.macros])],
      }

// What is not saved on the server yet stays in the browser, whatever happens to the page.
const place = (user: number, ticket: number, kind: string) => `storedesk.draft.${user}.${ticket}.${kind}`

export const backup = {
  get(user: number, ticket: number, kind: string): Text | null {
    try {
      const x = JSON.parse(localStorage.getItem(place(user, ticket, kind)) ?? 'null') as Text | null
      return x && typeof x.body === 'string' ? { ...nothing(0), ...x } : null
    } catch {
      return null
    }
  },
  set(user: number, ticket: number, kind: string, x: unknown) {
    try {
      localStorage.setItem(place(user, ticket, kind), JSON.stringify(x))
    } catch {
      // no room: the server has it a moment later
    }
  },
  drop: (user: number, ticket: number, kind: string) => localStorage.removeItem(place(user, ticket, kind)),
}
