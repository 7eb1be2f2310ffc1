import { useNavigate, useSearch } from '@tanstack/react-router'

/** useParam is one parameter of the address, which Back and a pasted link bring back. */
export function useParam(name: string): [string | undefined, (value: string | undefined) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const value = search[name]
  return [
    value === undefined ? undefined : String(value),
    next => void navigate({ to: '.', search: (s: Record<string, unknown>) => ({ ...s, [name]: next }) } as never),
  ]
}
