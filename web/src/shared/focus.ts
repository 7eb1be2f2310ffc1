/** Where the keyboard is taken back from when it closes. */
const above = '[role=dialog], [role=menu], [role=listbox]'

/**
 * keepFocus gives the keyboard back when a dialog goes away with what had it: to what had it
 * before, or to the content. It returns how to stop.
 */
export function keepFocus(): () => void {
  let last: HTMLElement | null = null
  const onFocus = (e: FocusEvent) => {
    if (e.target instanceof HTMLElement && !e.target.closest(above)) last = e.target
  }
  const gone = (n: Node) => n instanceof Element && (n.matches(above) || n.querySelector(above) !== null)
  const observer = new MutationObserver(list => {
    const closed = list.some(
      r =>
        (r.target === document.body || (r.target as Element).closest('[data-portal]')) &&
        [...r.removedNodes].some(gone),
    )
    if (closed) requestAnimationFrame(() => refocus(last))
  })
  document.addEventListener('focusin', onFocus)
  observer.observe(document.body, { childList: true, subtree: true })
  return () => {
    document.removeEventListener('focusin', onFocus)
    observer.disconnect()
  }
}

/** refocus puts the keyboard somewhere when it is nowhere. */
export function refocus(to: HTMLElement | null = null) {
  if (document.activeElement && document.activeElement !== document.body) return
  const el = to?.isConnected ? to : document.getElementById('content')
  el?.focus({ preventScroll: true })
}
