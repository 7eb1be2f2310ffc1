import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '@/shared/me'
import { places } from '@/shared/paths'
import { PageHead } from '@/shared/ui/PageHead'
import { PlaceButton } from '@/shared/ui/PlaceLink'

/** StartPage greets; checklist is what a new installation still lacks. */
export function StartPage({ checklist }: { checklist?: ReactNode }) {
  const { t } = useTranslation()
  const me = useMe()
  const tickets = useCan('tickets')
  return (
    <Stack maw={880} mx="auto">
      <PageHead title={t('shell.hello', { name: me.user.name })} />
      <Stack px="md">
        <Text>{t('shell.greeting', { store: me.store.name })}</Text>
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
