import { useBlocker } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { confirm } from '@/shared/confirm'

/** useLeave asks before what was changed and not saved is left. It returns the question. */
export function useLeave(dirty: boolean): () => Promise<boolean> {
  const { t } = useTranslation()
  const ask = () =>
    confirm({ title: t('letters.leaveTitle'), text: t('letters.leaveText'), action: t('letters.leave'), danger: true })
  useBlocker({ shouldBlockFn: async () => dirty && !(await ask()), enableBeforeUnload: () => dirty })
  return ask
}
