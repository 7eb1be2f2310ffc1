import { Alert, Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { useLeaveGuard } from '@/shared/leave'
import { words } from '@/shared/notify'
import classes from './Settings.module.css'

type Props = {
  dirty: boolean
  saving: boolean
  /** What went wrong, unless each of its messages stands at a field. */
  error?: Error | null
  discard: () => void
}

/** SaveRow ends a form of settings: it saves, or takes back, and asks before one leaves. */
export function SaveRow({ dirty, saving, error, discard }: Props) {
  const { t } = useTranslation()
  useLeaveGuard(dirty)
  return (
    <div className={classes.save}>
      {error instanceof Problem && (
        <Alert color="red" mb="sm">
          {words(error)}
        </Alert>
      )}
      <Group gap="sm">
        <Button type="submit" loading={saving}>
          {t('common.save')}
        </Button>
        {dirty && (
          <>
            <Button variant="default" onClick={discard} disabled={saving}>
              {t('storeSettings.discard')}
            </Button>
            <Text size="sm" c="dimmed">
              {t('storeSettings.unsaved')}
            </Text>
          </>
        )}
      </Group>
    </div>
  )
}
