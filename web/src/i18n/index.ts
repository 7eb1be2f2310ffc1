import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

/** The languages of the dashboard; all but English are machine-made and say so where they are chosen. */
export const languages: Record<string, string> = {
  en: 'English',
  da: 'Dansk',
  de: 'Deutsch',
  es: 'Español',
  fi: 'Suomi',
  fr: 'Français',
  it: 'Italiano',
  nl: 'Nederlands',
  no: 'Norsk',
  pt: 'Português',
  sv: 'Svenska',
  th: 'ไทย',
}

type Texts = Record<string, unknown>
// Those that every page needs, and the one that most begin with; the others come with the first page that asks.
const english = import.meta.glob<Texts>('./en/{common,shell,tickets,proof,leave}.json', {
  eager: true,
  import: 'default',
})
const others = import.meta.glob<Texts>(['./*.json'], { import: 'default' })
const STORED = 'storedesk.language'

/** byFeature makes one catalogue of the files of a language: tickets.json holds tickets.*. */
function byFeature(files: Record<string, Texts>): Texts {
  return Object.fromEntries(Object.entries(files).map(([name, texts]) => [name.replace(/^.*\/|\.json$/g, ''), texts]))
}

/** chosen is the language somebody chose, or the first of the browser's that is there. */
export function chosen(): string {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages.map(l => l.split('-')[0] ?? '')]
  return wanted.map(l => (l === 'nb' || l === 'nn' ? 'no' : l)).find(l => l in languages) ?? 'en'
}

let all: Promise<void> | undefined

/** texts is there when every text is. */
export function texts(): Promise<void> {
  all ??= import('./rest').then(rest => {
    i18next.addResourceBundle('en', 'translation', byFeature(rest.default), true)
  })
  return all
}

/** worded loads a page together with its texts. */
export const worded =
  <M>(load: () => Promise<M>) =>
  (): Promise<M> =>
    Promise.all([load(), texts()]).then(([page]) => page)

export async function start() {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: byFeature(english) } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  await use(chosen())
}

/** use changes to a language; what it lacks is shown in English. */
export async function use(language: string) {
  const load = others[`./${language}.json`]
  if (load && !i18next.hasResourceBundle(language, 'translation')) {
    try {
      i18next.addResourceBundle(language, 'translation', await load())
    } catch {
      language = 'en' // not there now: English is
    }
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export async function choose(language: string) {
  localStorage.setItem(STORED, language)
  await use(language)
}
