import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './Status.module.css'

export const statuses = ['new', 'open', 'pending', 'solved', 'closed'] as const
export type Status = (typeof statuses)[number]

/** Colours mean what is to be done: yellow needs an answer, blue waits, green is done. */
const colours: Record<Status, string> = {
  new: 'yellow',
  open: 'orange',
  pending: 'blue',
  solved: 'green',
  closed: 'gray',
}

/** StatusBadge names a status; its letter and shape tell it without the colour. */
export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation()
  return (
    <Badge variant="light" color={colours[status]} className={classes.badge} data-status={status}>
      {t(`common.status.${status}`)}
    </Badge>
  )
}

/** StatusDot is the same in a narrow place: a letter on the colour. */
export function StatusDot({ status }: { status: Status }) {
  const { t } = useTranslation()
  return (
    <span
      className={classes.dot}
      data-status={status}
      role="img"
      aria-label={t(`common.status.${status}`)}
      title={t(`common.status.${status}`)}
    >
      {t(`common.statusLetter.${status}`)}
    </span>
  )
}
