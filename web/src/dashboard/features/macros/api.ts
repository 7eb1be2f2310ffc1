import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, key, type Problem, query, type Schema } from '@/api/client'

export type Macro = Schema<'Macro'>
export type MacroForm = Schema<'MacroForm'>
export type MacroImport = Schema<'MacroImport'>

const path = (id: number) => ({ params: { path: { id } } })

export const macrosQuery = () => query('/macros/')
export const exportAddress = '/dashboard/api/macros/export/'

function useChanged() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: key('/macros/') })
}

/** useSaveMacro makes a macro or changes one; the form shows what is wrong. */
export function useSaveMacro() {
  return useMutation<Macro, Problem, { id: number | null; form: MacroForm }>({
    meta: { quiet: true },
    mutationFn: ({ id, form }) =>
      id === null
        ? call('post', '/macros/', { body: form })
        : call('put', '/macros/{id}/', { ...path(id), body: form }),
    onSuccess: useChanged(),
  })
}

export function useDeleteMacro() {
  return useMutation({
    mutationFn: (id: number) => call('delete', '/macros/{id}/', path(id)),
    onSuccess: useChanged(),
  })
}

/** useOrderMacros brings them into an order: shown at once, taken back when it is refused. */
export function useOrderMacros() {
  const cache = useQueryClient()
  const { queryKey } = macrosQuery()
  return useMutation({
    mutationFn: (ids: number[]) => call('post', '/macros/order/', { body: { ids } }),
    onMutate: async ids => {
      await cache.cancelQueries({ queryKey })
      const before = cache.getQueryData(queryKey)
      cache.setQueryData(
        queryKey,
        now => now && { ...now, results: ids.flatMap(id => now.results.find(m => m.id === id) ?? []) },
      )
      return { before }
    },
    onError: (_e, _ids, context) => cache.setQueryData(queryKey, context?.before),
    onSettled: () => cache.invalidateQueries({ queryKey }),
  })
}

export function useImportMacros() {
  const changed = useChanged()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: { dry_run: boolean; file: Schema<'MacroFile'> }) => call('post', '/macros/import/', { body }),
    onSuccess: (_r, { dry_run }) => (dry_run ? undefined : changed()),
  })
}

/** usePreview fills a text that is not saved yet, with the values of a ticket (0: none). */
export function usePreview(comment: string, ticket: number) {
  return useQuery({
    queryKey: ['macro-preview', comment, ticket],
    queryFn: ({ signal }) => call('post', '/macros/preview/', { body: { comment, ticket }, signal }),
    placeholderData: keepPreviousData,
    enabled: comment !== '',
    staleTime: 30_000,
  })
}
