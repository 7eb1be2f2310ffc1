import { Group, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useMe } from '@/shared/me'

/** PageHead is the title of a page, in the window's title too, with what can be done there. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  const store = useMe().store.name
  useEffect(() => {
    document.title = `${title} · ${store}`
  }, [title, store])
  return (
    <Group justify="space-between" px="md" py="sm" gap="sm">
      <Title order={1}>{title}</Title>
      <Group gap="xs">{children}</Group>
    </Group>
  )
}
