import { useEffect, useRef, useSyncExternalStore } from 'react'

/**
 * A command is something one can do here and now: by key, in the palette, listed by `?`.
 * The latest one of an id or of a key wins, so a page's commands stand above the shell's.
 */
export type Command = {
  id: string
  label: string
  /** One key ("e", "?", "Enter", "shift+e"), two in a row ("g m"), or with mod ("mod+k"). */
  keys?: string
  group?: string
  run: () => void
  /** Kept out of the palette: j and k make no sense there. */
  keysOnly?: boolean
}

let commands: Command[] = []
const listeners = new Set<() => void>()
const set = (next: Command[]) => {
  commands = next
  for (const l of listeners) l()
}

export function useCommands(): Command[] {
  return useSyncExternalStore(
    l => {
      listeners.add(l)
      return () => listeners.delete(l)
    },
    () => commands,
  )
}

/** useCommand offers commands while a component is there. Labels and run may change freely. */
export function useCommand(...list: (Command | false | null | undefined)[]) {
  const latest = useRef(list)
  latest.current = list
  const shape = JSON.stringify(list.map(c => c && [c.id, c.label, c.keys, c.group, c.keysOnly]))
  // biome-ignore lint/correctness/useExhaustiveDependencies: shape stands for the list
  useEffect(() => {
    const mine = list.flatMap((c, i) => {
      if (!c) return []
      return [{ ...c, run: () => (latest.current[i] as Command | undefined)?.run() }]
    })
    set([...commands, ...mine])
    return () => set(commands.filter(c => !mine.includes(c)))
  }, [shape])
}

const KEYS_OFF = 'storedesk.keysOff'
export const singleKeys = {
  on: () => localStorage.getItem(KEYS_OFF) === null,
  set: (on: boolean) => (on ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, '1')),
}

/** writing tells whether keys belong to a field now. */
export function writing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null
  if (!el?.closest) return false
  return (
    el.isContentEditable ||
    !!el.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [role=textbox]')
  )
}

/** ownKeys tells whether a key belongs to what is open above the page, or works what it is at. */
function ownKeys(e: KeyboardEvent): boolean {
  if (document.querySelector('[role=dialog][data-keys=own], [role=dialog][aria-modal=true]')) return true
  const at = e.target as HTMLElement | null
  if (!at?.closest) return false
  if (at.closest('[role=menu], [role=listbox]')) return true
  return e.key === ' ' && !!at.closest('button, input, summary, [role=button], [role=tab]')
}

/** nameOf is how a command spells a key that was pressed. */
export function nameOf(e: KeyboardEvent): string {
  const mod = e.ctrlKey || e.metaKey ? 'mod+' : ''
  const shift = e.shiftKey && (e.key.length > 1 || /[a-z]/i.test(e.key)) ? 'shift+' : ''
  return mod + shift + (e.key.length === 1 ? e.key.toLowerCase() : e.key)
}

let first = ''
let firstAt = 0

/** press finds and runs the command of a key; true when there was one. */
export function press(e: KeyboardEvent, now = Date.now()): boolean {
  if (e.isComposing || e.altKey || e.defaultPrevented) return false
  const name = nameOf(e)
  const plain = !name.startsWith('mod+')
  if (plain && (writing(e.target) || !singleKeys.on() || ownKeys(e))) return false
  const pair = first && now - firstAt < 1200 ? `${first} ${name}` : ''
  const found = commands.findLast(c => pair && c.keys === pair) ?? commands.findLast(c => c.keys === name)
  first = ''
  if (found) {
    e.preventDefault()
    found.run()
    return true
  }
  if (plain && commands.some(c => c.keys?.startsWith(`${name} `))) {
    first = name
    firstAt = now
  }
  return false
}
