import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { Problem } from './client'

type Listener = (problem: Problem) => void
let tell: Listener = () => {}

/** onProblem says who shows failures that no form shows itself. */
export function onProblem(listener: Listener) {
  tell = listener
}

const report = (error: Error) => {
  if (error instanceof Problem) tell(error)
}

/**
 * The one cache. A mutation with meta.quiet shows its failure itself; a query's failure is
 * told only where something older stays on the screen.
 */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => query.state.data !== undefined && report(error) }),
  mutationCache: new MutationCache({ onError: (error, _v, _c, mutation) => mutation.meta?.quiet || report(error) }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => error instanceof Problem && error.status === 0 && failures < 3,
    },
  },
})
