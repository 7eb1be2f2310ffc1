import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { places } from '@/shared/paths'
import { PageHead } from '@/shared/ui/PageHead'
import { PlaceLink } from '@/shared/ui/PlaceLink'
import classes from './Settings.module.css'
import { type Section, useGroups } from './sections'

/** SettingsIndex is where every section of the settings is found. */
export function SettingsIndex({ sections }: { sections: Section[] }) {
  const { t } = useTranslation()
  const groups = useGroups(sections)
  return (
    <>
      <PageHead title={t('settings.title')} />
      <nav aria-label={t('settings.title')} className={classes.index}>
        {groups.map(([group, list]) => (
          <section key={group} aria-labelledby={`settings-${group}`}>
            <Title order={2} id={`settings-${group}`} className={classes.group}>
              {t(`settings.group.${group}`)}
            </Title>
            <ul className={classes.sections}>
              {list.map(s => (
                <li key={s.name} className={classes.section}>
                  <s.icon size={20} stroke={1.6} aria-hidden className={classes.icon} />
                  <div>
                    <PlaceLink to={places.setting(s.name)} fw={600}>
                      {t(`settings.${s.name}`)}
                    </PlaceLink>
                    <Text size="sm" c="dimmed">
                      {t(`settings.${s.name}Text`)}
                    </Text>
                  </div>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
    </>
  )
}
