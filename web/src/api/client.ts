import { type QueryKey, queryOptions } from '@tanstack/react-query'
import createClient, { type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch'
import type { PathsWithMethod } from 'openapi-typescript-helpers'
import type { components, paths } from './schema'

/** The shapes of openapi.yaml: Schema<'Person'>. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** Problem is a refusal, or an answer that did not come (code offline). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
    readonly body: unknown = null,
  ) {
    super(message)
  }
}

export const client = createClient<paths>({ baseUrl: '/dashboard/api' })

const signIn: Record<string, string> = {
  signed_out: '/dashboard/login/',
  second_factor: '/dashboard/login/second-factor/',
  must_enrol: '/dashboard/account/security/',
}

/** toProblem reads a refusal's body, and leads who is not signed in to where that is done. */
export function toProblem(status: number, body: unknown): Problem {
  const p = (body && typeof body === 'object' ? body : {}) as Partial<Schema<'Problem'>>
  const problem = new Problem(status, p.code ?? 'internal', p.message ?? `${status}`, p.fields ?? {}, body)
  const door = status === 401 ? signIn[problem.code] : undefined
  if (door) location.assign(`${door}?next=${encodeURIComponent(location.pathname + location.search)}`)
  return problem
}

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch'
type PathsOf<M extends Method> = PathsWithMethod<paths, M>
// biome-ignore lint/suspicious/noExplicitAny: any operation will do here; its own types come from paths
type Operation = Record<string | number, any>
type Init<P extends PathsOf<M>, M extends Method> = MaybeOptionalInit<paths[P], M & keyof paths[P]>
type Args<T> = Record<string, never> extends T ? [init?: T] : [init: T]

/** What a route answers with success. */
export type Answer<P extends PathsOf<M>, M extends Method> = NonNullable<
  FetchResponse<paths[P][M & keyof paths[P]] & Operation, Record<string, never>, `${string}/${string}`>['data']
>

/** call asks one route and returns its answer, or throws a Problem. */
export async function call<M extends Method, P extends PathsOf<M>>(
  method: M,
  path: P,
  ...[init]: Args<Init<P, M>>
): Promise<Answer<P, M>> {
  let result: { data?: unknown; error?: unknown; response: Response }
  try {
    // biome-ignore lint/suspicious/noExplicitAny: the method and its arguments were checked by this function's own types
    result = await (client as any).request(method, path, init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Problem(0, 'offline', 'offline')
  }
  if (!result.response.ok) throw toProblem(result.response.status, result.error)
  return result.data as Answer<P, M>
}

/** key is the query key of a route: [method, path, params], so that a prefix invalidates many. */
export function key<P extends PathsOf<'get'>>(path: P, ...[init]: [init?: Init<P, 'get'>]): QueryKey {
  return init === undefined ? ['get', path] : ['get', path, init]
}

/** query is what useQuery wants for a GET route. */
export function query<P extends PathsOf<'get'>>(path: P, ...args: Args<Init<P, 'get'>>) {
  return queryOptions({
    queryKey: key(path, ...(args as [Init<P, 'get'>?])),
    queryFn: ({ signal }): Promise<Answer<P, 'get'>> =>
      (call as (m: 'get', p: P, i: object) => Promise<Answer<P, 'get'>>)('get', path, {
        ...(args[0] as object),
        signal,
      }),
  })
}
