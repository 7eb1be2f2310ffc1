import type { Permission } from '@/shared/me'

/** The permissions, in the order they are shown. */
export const permissions: Permission[] = [
  'tickets',
  'customers',
  'reports',
  'macros',
  'settings',
  'api_access',
  'users',
]
