import { Text } from '@mantine/core'
import { IconChevronLeft } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { places } from '@/shared/paths'
import { PlaceLink, PlaceNav } from '@/shared/ui/PlaceLink'
import classes from './Settings.module.css'
import { type Section, useGroups } from './sections'

type Props = { sections: Section[]; at: string; children: ReactNode }

/** SettingsFrame is a section of the settings beside the names of the others. */
export function SettingsFrame({ sections, at, children }: Props) {
  const { t } = useTranslation()
  const groups = useGroups(sections)
  return (
    <div className={classes.frame}>
      <div className={classes.back}>
        <PlaceLink to={places.settings} size="sm" className={classes.backLink}>
          <IconChevronLeft size={16} aria-hidden />
          {t('settings.title')}
        </PlaceLink>
      </div>
      <nav aria-label={t('settings.title')} className={classes.side}>
        {groups.map(([group, list]) => (
          <section key={group} aria-labelledby={`side-${group}`}>
            <Text id={`side-${group}`} className={classes.sideGroup}>
              {t(`settings.group.${group}`)}
            </Text>
            {list.map(s => (
              <PlaceNav
                key={s.name}
                to={places.setting(s.name)}
                label={t(`settings.${s.name}`)}
                leftSection={<s.icon size={16} stroke={1.7} aria-hidden />}
                active={s.name === at}
                aria-current={s.name === at ? 'page' : undefined}
                className={classes.sideLink}
              />
            ))}
          </section>
        ))}
      </nav>
      <div className={classes.page}>{children}</div>
    </div>
  )
}
