import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { query } from '@/api/client'

const slow = { staleTime: 60_000 }

export const useAgents = () => useQuery({ ...query('/lookups/agents/'), ...slow }).data?.results ?? []
export const useGroups = () => useQuery({ ...query('/lookups/groups/'), ...slow }).data?.results ?? []
export const useTypes = () => useQuery({ ...query('/lookups/types/'), ...slow }).data?.results ?? []

type Searched = '/lookups/tags/' | '/lookups/customers/' | '/lookups/orders/' | '/lookups/products/'

/** useFound asks a look-up for what somebody types, a moment after they stop. */
export function useFound<P extends Searched>(path: P, text: string) {
  const [q] = useDebouncedValue(text, 150)
  return useQuery({
    ...query<Searched>(path, { params: { query: { q } } }),
    placeholderData: keepPreviousData,
    ...slow,
  })
}
