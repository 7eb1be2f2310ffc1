import { useTranslation } from 'react-i18next'
import classes from './pages.module.css'

/** Uses is how many tickets have something. */
export function Uses({ row }: { row: { tickets: number; more: boolean } }) {
  const { t } = useTranslation()
  return (
    <span className={classes.uses}>{t(row.more ? 'letters.usesMany' : 'letters.uses', { count: row.tickets })}</span>
  )
}
