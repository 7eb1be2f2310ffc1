import { Group, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useLiveState } from '@/shared/live'
import classes from './LiveDot.module.css'

/** LiveDot tells whether changes of others show up by themselves; a loss is said aloud. */
export function LiveDot() {
  const { t } = useTranslation()
  const state = useLiveState()
  return (
    <Tooltip label={t(`shell.liveText.${state}`)} multiline maw={240}>
      <Group gap={6} wrap="nowrap" role="status">
        <span className={classes.dot} data-state={state} aria-hidden />
        <Text size="xs">{t(`shell.live.${state}`)}</Text>
      </Group>
    </Tooltip>
  )
}
