import { Alert, Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { words } from '@/shared/notify'

/** ErrorNote stands where something could not be loaded or done. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const text = error instanceof Problem ? words(error) : t('common.problem.internal')
  return (
    <Alert color="red" title={t('common.problem.title')} m="md">
      <Group justify="space-between">
        {text}
        {retry && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            {t('common.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  )
}
