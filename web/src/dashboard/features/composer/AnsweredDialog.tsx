import { Badge, Button, Group, Modal, Paper, ScrollArea, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Time } from '@/shared/ui/Time'
import type { Said } from './api'
import classes from './Composer.module.css'

/** AnsweredDialog stops a reply when somebody else has answered since it was begun. */
export function AnsweredDialog({
  said,
  onAnyway,
  onEdit,
  onDiscard,
}: {
  said: Said[] | null
  onAnyway: () => void
  onEdit: () => void
  onDiscard: () => void
}) {
  const { t } = useTranslation()
  return (
    <Modal opened={said !== null} onClose={onEdit} title={t('composer.answered.title')} size="lg">
      <Stack>
        <Text size="sm">{t('composer.answered.text', { count: said?.length ?? 0 })}</Text>
        <ScrollArea.Autosize mah="50vh" tabIndex={0} aria-label={t('composer.answered.title')}>
          <Stack gap="xs">
            {said?.map(s => (
              <Paper key={s.id} withBorder p="sm">
                <Group gap="xs" mb={4}>
                  <Text size="sm" fw={600}>
                    {s.author || t('common.unknownPerson')}
                  </Text>
                  {s.agent && (
                    <Badge size="sm" variant="default">
                      {t('composer.answered.agent')}
                    </Badge>
                  )}
                  <Text size="xs" c="dimmed">
                    <Time at={s.created_at} />
                  </Text>
                </Group>
                <Text size="sm" className={classes.said}>
                  {s.body}
                </Text>
              </Paper>
            ))}
          </Stack>
        </ScrollArea.Autosize>
        <Group justify="flex-end">
          <Button variant="subtle" color="red" onClick={onDiscard}>
            {t('composer.answered.discard')}
          </Button>
          <Button variant="default" onClick={onAnyway}>
            {t('composer.answered.anyway')}
          </Button>
          <Button onClick={onEdit} data-autofocus>
            {t('composer.answered.edit')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
