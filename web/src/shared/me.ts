import { useSuspenseQuery } from '@tanstack/react-query'
import { query, type Schema } from '@/api/client'

export type Me = Schema<'Me'>
export type Permission = Me['can'][number]

export const meQuery = () => ({ ...query('/me/'), staleTime: 60_000 })

/** Who is signed in. The shell has loaded it before any page shows. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery()).data
}

/** Whether who is signed in may do something; the server holds it anyway. */
export function useCan(permission: Permission): boolean {
  return useMe().can.includes(permission)
}
