import { useBlocker } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { confirm } from './confirm'

/** useLeaveGuard asks before what was typed and not saved is left behind. */
export function useLeaveGuard(unsaved: boolean) {
  const { t } = useTranslation()
  useBlocker({
    disabled: !unsaved,
    enableBeforeUnload: unsaved,
    shouldBlockFn: async ({ current, next }) =>
      current.pathname !== next.pathname &&
      !(await confirm({
        title: t('leave.title'),
        text: t('leave.text'),
        action: t('leave.leave'),
        danger: true,
      })),
  })
}
