import {
  IconAlertTriangle,
  IconCheck,
  IconCircleX,
  IconClock,
  IconInfoCircle,
  IconQuestionMark,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Settings.module.css'

export type Sign = 'right' | 'missing' | 'wrong' | 'unknown' | 'waiting' | 'info'
const icons = {
  right: IconCheck,
  missing: IconCircleX,
  wrong: IconAlertTriangle,
  unknown: IconQuestionMark,
  waiting: IconClock,
  info: IconInfoCircle,
}

/** Signal is a fact with how good it is: an icon that is read aloud, and words. */
export function Signal({ sign, children }: { sign: Sign; children: ReactNode }) {
  const { t } = useTranslation()
  const Icon = icons[sign]
  return (
    <li className={classes.signal}>
      <Icon
        size={18}
        className={classes.sign}
        data-sign={sign}
        role="img"
        aria-label={t(`mailSettings.sign.${sign}`)}
      />
      <div className={classes.signalText}>{children}</div>
    </li>
  )
}
