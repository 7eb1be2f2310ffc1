import { CloseButton, Group, Paper, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ErrorNote } from '@/shared/ui/ErrorNote'
import { Loading } from '@/shared/ui/Loading'
import { Time } from '@/shared/ui/Time'
import { type Row, usePreview } from './api'
import classes from './tickets.module.css'

/** Preview shows the last words of a ticket without opening it. */
export function Preview({ row, onClose }: { row: Row; onClose: () => void }) {
  const { t } = useTranslation()
  const { data, error } = usePreview(row.id)
  return (
    <Paper
      component="aside"
      className={classes.preview}
      shadow="lg"
      withBorder
      p="md"
      aria-label={t('tickets.preview', { id: row.id })}
      aria-live="polite"
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Text fw={600} size="sm">
            {row.subject || t('tickets.noSubject')}
          </Text>
          <CloseButton size="sm" aria-label={t('common.close')} onClick={onClose} />
        </Group>
        {error && <ErrorNote error={error} />}
        {!data && !error && <Loading rows={3} />}
        {data?.results.map(c => (
          <Paper key={c.id} p="xs" radius="sm" withBorder={c.public} className={c.public ? undefined : classes.note}>
            <Group justify="space-between" gap="xs">
              <Text size="xs" fw={600}>
                {c.author?.name ?? c.from_email ?? t('common.unknownPerson')}
                {!c.public && ` · ${t('tickets.internal')}`}
              </Text>
              <Text size="xs" c="dimmed" span>
                <Time at={c.created_at} />
              </Text>
            </Group>
            <Text size="sm" className={classes.comment} lineClamp={8}>
              {c.text}
            </Text>
          </Paper>
        ))}
        {data?.results.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('tickets.noComments')}
          </Text>
        )}
      </Stack>
    </Paper>
  )
}
