import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { call, key, Problem, query, type Schema, toProblem } from '@/api/client'

export type Kind = 'reply' | 'note'
export type Draft = Schema<'Draft'>
export type Attached = Schema<'Attached'>
export type Said = Schema<'Said'>

const path = (id: number) => ({ params: { path: { id } } })

export const ticketQuery = (id: number) => query('/tickets/{id}/', path(id))
export const draftsQuery = (id: number) => query('/tickets/{id}/drafts/', path(id))
export const recipientsQuery = (id: number, add: string[], remove: string[]) =>
  queryOptions({
    ...query('/tickets/{id}/recipients/', { params: { path: { id }, query: { add, remove } } }),
    placeholderData: (old: Schema<'Recipients'> | undefined) => old,
  })

export const saveDraft = (id: number, kind: Kind | 'new', body: Schema<'Written'>) =>
  call('put', '/tickets/{id}/drafts/{kind}/', { params: { path: { id, kind } }, body })
export const dropDraft = (id: number, kind: Kind | 'new') =>
  call('delete', '/tickets/{id}/drafts/{kind}/', { params: { path: { id, kind } } })
export const submit = (id: number, body: Schema<'Submission'>) =>
  call('post', '/tickets/{id}/submit/', { ...path(id), body })
export const undoSubmit = (id: number, kind: Kind) =>
  call('post', '/tickets/{id}/submit/undo/', { ...path(id), body: { kind } })
export const myDrafts = () => call('get', '/drafts/')
export const applyMacro = (id: number, body: { ticket: number; requester?: number; order?: string }) =>
  call('post', '/macros/{id}/apply/', { ...path(id), body })

/** refresh has the ticket asked for again, wherever it is shown. */
export function refresh(cache: QueryClient, id: number) {
  for (const p of ['/tickets/{id}/', '/tickets/{id}/timeline/', '/tickets/{id}/recipients/'] as const)
    void cache.invalidateQueries({ queryKey: key(p, path(id) as never) })
  void cache.invalidateQueries({ queryKey: key('/macros/') })
}

/** answeredBy reads from a refusal what others have said meanwhile. */
export function answeredBy(error: unknown): Said[] | null {
  if (!(error instanceof Problem) || error.code !== 'answered_meanwhile') return null
  return (error.body as Schema<'Answered'>).comments ?? []
}

/** newKey names one attempt. crypto.randomUUID is only there on secure origins. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('')
}

/** upload sends files and tells how far it is, from 0 to 1; fetch cannot tell. */
export function upload(files: File[], progress: (share: number) => void, signal: AbortSignal): Promise<Attached[]> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest()
    const form = new FormData()
    for (const f of files) form.append('files', f, f.name || 'image.png')
    x.upload.onprogress = e => e.lengthComputable && progress(e.loaded / e.total)
    x.onerror = () => reject(new Problem(0, 'offline', 'offline'))
    x.onabort = () => reject(new DOMException('stopped', 'AbortError'))
    x.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(x.responseText)
      } catch {
        // not from us: the status must do
      }
      if (x.status === 200) resolve((body as { results: Attached[] }).results)
      else reject(toProblem(x.status, body))
    }
    signal.addEventListener('abort', () => x.abort())
    x.open('POST', '/dashboard/api/uploads/')
    x.send(form)
  })
}
