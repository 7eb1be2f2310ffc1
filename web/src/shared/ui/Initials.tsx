import { Avatar, Tooltip } from '@mantine/core'
import classes from './Initials.module.css'

/** Initials stand for a person; the whole name is read aloud and shown on hover. */
export function Initials({ name, size = 26 }: { name: string; size?: number }) {
  return (
    <Tooltip label={name}>
      <Avatar name={name} color="initials" size={size} radius="xl" alt={name} classNames={classes} />
    </Tooltip>
  )
}
