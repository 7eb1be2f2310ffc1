import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { words } from '@/shared/notify'

/** Failure is a refusal that no field of a form shows. */
export function Failure({ error, shown }: { error: unknown; shown?: boolean }) {
  if (!(error instanceof Problem) || shown) return null
  return (
    <Text size="sm" c="var(--mantine-color-error)" role="alert">
      {words(error)}
    </Text>
  )
}

/** Buttons end a dialog. */
export function Buttons({
  cancel,
  action,
  loading,
  danger,
  disabled,
}: {
  cancel: () => void
  action: string
  loading: boolean
  danger?: boolean
  disabled?: boolean
}) {
  const { t } = useTranslation()
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={cancel}>
        {t('common.cancel')}
      </Button>
      <Button type="submit" color={danger ? 'red' : undefined} loading={loading} disabled={disabled}>
        {action}
      </Button>
    </Group>
  )
}
