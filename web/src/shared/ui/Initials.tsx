import { Avatar, Tooltip } from '@mantine/core'

// The colour is the ground's alone: letters in it would be too faint (WCAG 1.4.3).
const styles = { placeholder: { color: 'var(--mantine-color-text)' } }

/** Initials stand for a person; the whole name is read aloud and shown on hover. */
export function Initials({ name, size = 26 }: { name: string; size?: number }) {
  return (
    <Tooltip label={name}>
      <Avatar name={name} color="initials" size={size} radius="xl" alt={name} styles={styles} />
    </Tooltip>
  )
}
