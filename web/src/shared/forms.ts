import type { UseFormReturnType } from '@mantine/form'
import { Problem } from '@/api/client'

/** applyErrors shows a refusal's messages at the fields of a form; true when each found one. */
export function applyErrors<T extends Record<string, unknown>>(form: UseFormReturnType<T>, error: unknown): boolean {
  if (!(error instanceof Problem)) return false
  const names = Object.keys(error.fields)
  form.setErrors(Object.fromEntries(names.map(n => [n, error.fields[n]?.join(' ')])))
  return names.length > 0 && names.every(n => n.split('.')[0]! in form.getValues())
}
