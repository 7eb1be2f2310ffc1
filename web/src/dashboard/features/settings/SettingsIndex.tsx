import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Permission, useMe } from '@/shared/me'
import { places } from '@/shared/paths'
import { PageHead } from '@/shared/ui/PageHead'

/** The sections of the settings, and what opens each; null: everybody has it. */
const sections: { name: string; needs: Permission | null }[] = [
  { name: 'users', needs: 'users' },
  { name: 'groups', needs: 'users' },
  { name: 'apps', needs: 'api_access' },
  { name: 'webhooks', needs: 'settings' },
  { name: 'audit', needs: 'users' },
  { name: 'sessions', needs: null },
]

/** SettingsIndex is where every section of the settings is found. */
export function SettingsIndex() {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <>
      <PageHead title={t('settings.title')} />
      <Stack component="nav" aria-label={t('settings.title')} px="md" pb="md" gap="md" maw={640}>
        {sections
          .filter(s => s.needs === null || me.can.includes(s.needs))
          .map(s => (
            <div key={s.name}>
              <Anchor component={Link} to={places.setting(s.name)} fw={600}>
                {t(`settings.${s.name}`)}
              </Anchor>
              <Text size="sm" c="dimmed">
                {t(`settings.${s.name}Text`)}
              </Text>
            </div>
          ))}
      </Stack>
    </>
  )
}
