import { afterEach, expect, test, vi } from 'vitest'
import { keepFocus } from './focus'

afterEach(() => {
  document.body.replaceChildren()
})

test('what had the keyboard before a dialog has it after', async () => {
  document.body.innerHTML = '<main id="content" tabindex="-1"><button>Open</button></main><div data-portal></div>'
  const stop = keepFocus()
  const button = document.querySelector('button')!
  const open = () => {
    button.focus()
    const dialog = document.createElement('div')
    dialog.setAttribute('role', 'dialog')
    dialog.innerHTML = '<input>'
    document.querySelector('[data-portal]')!.append(dialog)
    dialog.querySelector('input')!.focus()
    return dialog
  }
  const close = (dialog: Element) => {
    ;(document.activeElement as HTMLElement).blur()
    dialog.remove()
  }
  close(open())
  await vi.waitFor(() => expect(document.activeElement).toBe(button))
  const dialog = open()
  button.remove()
  close(dialog)
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('content'))
  stop()
})
