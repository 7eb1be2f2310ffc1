import { ActionIcon, Group, Progress, Text, Title } from '@mantine/core'
import { IconCheck, IconCircle, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { call, key, query } from '@/api/client'
import { type Permission, useCan, useMe } from '@/shared/me'
import { offerUndo } from '@/shared/notify'
import { places } from '@/shared/paths'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import classes from './Checklist.module.css'

/** Where each step is done. */
const where = {
  address: places.setting('mail'),
  mail_in: places.setting('mail'),
  mail_out: places.setting('mail'),
  team: places.setting('users'),
  types: places.setting('types'),
  macro: places.macros,
  answered: places.tickets,
}

/** What one must be allowed for a step, where that is not to change settings. */
const needs: Record<string, Permission> = { team: 'users', macro: 'macros', answered: 'tickets' }

/** Checklist is what a new installation still lacks; nothing when that is nothing, or was put away. */
export function Checklist() {
  return useCan('settings') ? <Steps /> : null
}

function Steps() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const me = useMe()
  const list = useQuery(query('/checklist/')).data
  const put = useMutation({
    mutationFn: (away: boolean) => call('post', '/checklist/', { body: { away } }),
    onSuccess: answer => client.setQueryData(key('/checklist/'), answer),
  })
  if (!list || list.away) return null
  const done = list.steps.filter(s => s.done).length
  const all = list.steps.length
  if (done === all) return null
  return (
    <section aria-labelledby="first-steps" className={classes.card}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2} id="first-steps">
            {t('checklist.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('checklist.progress', { done, all })}
          </Text>
        </div>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('checklist.hide')}
          title={t('checklist.hide')}
          loading={put.isPending}
          onClick={() =>
            put.mutate(true, { onSuccess: () => offerUndo(t('checklist.hidden'), () => put.mutate(false)) })
          }
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Group>
      <Progress value={(done / all) * 100} my="sm" aria-label={t('checklist.title')} />
      <ol className={classes.steps}>
        {list.steps.map(s => (
          <li key={s.name} className={classes.step}>
            {s.done ? (
              <IconCheck size={18} className={classes.done} role="img" aria-label={t('checklist.done')} />
            ) : (
              <IconCircle size={18} className={classes.open} role="img" aria-label={t('checklist.open')} />
            )}
            <div>
              {s.done ? (
                <Text size="sm" c="dimmed">
                  {t(`checklist.step.${s.name}`)}
                </Text>
              ) : (
                <>
                  {me.can.includes(needs[s.name] ?? 'settings') ? (
                    <PlaceLink to={where[s.name]} size="sm" fw={600}>
                      {t(`checklist.step.${s.name}`)}
                    </PlaceLink>
                  ) : (
                    <Text size="sm" fw={600}>
                      {t(`checklist.step.${s.name}`)}
                    </Text>
                  )}
                  <Text size="xs" c="dimmed">
                    {t(`checklist.text.${s.name}`)}
                  </Text>
                </>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}
