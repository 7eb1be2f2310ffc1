import type { TFunction } from 'i18next'

export const languageCodes = ['en', 'fr', 'th', 'de', 'sv', 'no', 'it', 'es', 'nl', 'pt', 'da', 'fi']

/** languageName is what a language is called in the reader's own. */
export function languageName(code: string, reader: string): string {
  return new Intl.DisplayNames([reader], { type: 'language' }).of(code) ?? code
}

/** nameOf is how a customer is called: by name, by address, or by number. */
export function nameOf(t: TFunction, c: { id: number; name: string; email: string }): string {
  return c.name || c.email || t('customers.nameless', { id: c.id })
}
