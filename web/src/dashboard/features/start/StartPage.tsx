import { Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { query } from '@/api/client'
import { useCan, useMe } from '@/shared/me'
import { places } from '@/shared/paths'
import { PageHead } from '@/shared/ui/PageHead'
import { PlaceButton } from '@/shared/ui/PlaceLink'
import classes from './StartPage.module.css'

/** StartPage greets and says what waits; checklist is what a new installation still lacks. */
export function StartPage({ checklist }: { checklist?: ReactNode }) {
  const { t } = useTranslation()
  const me = useMe()
  const tickets = useCan('tickets')
  return (
    <Stack maw={880} mx="auto">
      <PageHead title={t('shell.hello', { name: me.user.name })} />
      <Stack px="md" gap="lg">
        <Text>{t('shell.greeting', { store: me.store.name })}</Text>
        {tickets && <Waiting />}
        {tickets && (
          <Group>
            <PlaceButton to={places.tickets}>{t('shell.tickets')}</PlaceButton>
            <PlaceButton to={places.newTicket} variant="default">
              {t('shell.newTicket')}
            </PlaceButton>
          </Group>
        )}
        {checklist}
      </Stack>
    </Stack>
  )
}

const views = ['mine', 'unassigned', 'unsolved', 'undelivered'] as const

/** Waiting is how much there is to do, each figure a way to it. */
function Waiting() {
  const { t } = useTranslation()
  const counts = useQuery(query('/tickets/counts/')).data
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} component="nav" aria-label={t('tickets.views')}>
      {views.map(view => {
        const n = counts?.counts[view]
        return (
          <Link key={view} to={places.tickets} search={{ view }} className={classes.tile}>
            <span className={classes.figure}>{n === undefined ? '–' : n > counts!.cap ? `${counts!.cap}+` : n}</span>
            <span>{t(`tickets.view.${view}`)}</span>
          </Link>
        )
      })}
    </SimpleGrid>
  )
}
