import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const english = import.meta.glob<Record<string, unknown>>('./en/*.json', { eager: true, import: 'default' })
const others = import.meta.glob<Record<string, unknown>>('./*.json', { eager: true, import: 'default' })

function flat(texts: Record<string, unknown>, under = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([k, v]) =>
      typeof v === 'string' ? [[under + k, v]] : Object.entries(flat(v as Record<string, unknown>, `${under}${k}.`)),
    ),
  )
}
const keys = flat(
  Object.fromEntries(Object.entries(english).map(([name, texts]) => [name.replace(/^.*\/|\.json$/g, ''), texts])),
)
const has = (k: string) => k in keys || `${k}_other` in keys || Object.keys(keys).some(x => x.startsWith(`${k}.`))

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(f => /\.tsx?$/.test(f) && !/\.test\./.test(f))
  .map(f => readFileSync(`src/${f}`, 'utf8'))

test('every text asked for is in the catalogue', () => {
  const asked = sources.flatMap(s => [...s.matchAll(/\bt\(\s*['`]([\w.]+)(['`$])/g)].map(m => [m[1]!, m[2]!]))
  const missing = asked.filter(([k, end]) => (end === '$' ? !Object.keys(keys).some(x => x.startsWith(k!)) : !has(k!)))
  expect(missing.map(([k]) => k)).toEqual([])
  expect(asked.length).toBeGreaterThan(50)
})

const places = (s: string) =>
  [...s.matchAll(/\{\{\s*(\w+)\s*\}\}/g)]
    .map(m => m[1]!)
    .sort()
    .join()

test('other languages have the keys and the places of English, and no more', () => {
  for (const [name, texts] of Object.entries(others)) {
    for (const [k, v] of Object.entries(flat(texts))) {
      const source = keys[k] ?? keys[k.replace(/_(zero|one|two|few|many)$/, '_other')]
      expect(source, `${name}: ${k}`).toBeDefined()
      if (!/_(zero|one|two)$/.test(k)) expect(places(v), `${name}: ${k}`).toBe(places(source!))
    }
  }
})
