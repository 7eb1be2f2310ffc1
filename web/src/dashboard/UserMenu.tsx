import { Button, Group, Menu, Select, Stack, Switch, Text, useMantineColorScheme, VisuallyHidden } from '@mantine/core'
import { IconBook, IconKeyboard, IconLogout, IconShieldLock } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { choose, languages } from '@/i18n'
import { singleKeys } from '@/shared/commands'
import { useMe } from '@/shared/me'
import { type Density, density } from '@/shared/prefs'
import { Initials } from '@/shared/ui/Initials'

/** UserMenu is about the one who is signed in: how the dashboard looks, and the way out. */
export function UserMenu({ onKeys }: { onKeys: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <Menu position="top-start" width={280} closeOnItemClick={false} withinPortal>
      <Menu.Target>
        <Button variant="subtle" color="gray" px={4} maw={150}>
          <Group gap={8} wrap="nowrap" miw={0}>
            <span aria-hidden>
              <Initials name={me.user.name} />
            </span>
            <Text size="sm" truncate c="var(--mantine-color-text)">
              {me.user.name}
            </Text>
            <VisuallyHidden>{t('shell.you')}</VisuallyHidden>
          </Group>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Look />
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onKeys} closeMenuOnClick>
          {t('shell.keys')}
        </Menu.Item>
        <Menu.Item
          component="a"
          href="/dashboard/account/security/"
          leftSection={<IconShieldLock size={16} aria-hidden />}
        >
          {t('shell.security')}
        </Menu.Item>
        <Menu.Item component="a" href="/api/docs/" leftSection={<IconBook size={16} aria-hidden />}>
          {t('shell.docs')}
        </Menu.Item>
        <form method="post" action="/dashboard/logout/">
          <Menu.Item component="button" type="submit" leftSection={<IconLogout size={16} aria-hidden />}>
            {t('shell.signOut')}
          </Menu.Item>
        </form>
      </Menu.Dropdown>
    </Menu>
  )
}

function Look() {
  const { t, i18n } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [rows, setRows] = useState(density.get)
  const [keys, setKeys] = useState(singleKeys.on)
  return (
    <Stack gap="xs" px="sm" py="xs">
      <Select
        label={t('shell.appearance')}
        value={colorScheme}
        onChange={v => v && setColorScheme(v as 'light' | 'dark' | 'auto')}
        data={(['auto', 'light', 'dark'] as const).map(v => ({ value: v, label: t(`shell.${v}`) }))}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={t('shell.density')}
        value={rows}
        onChange={v => {
          if (!v) return
          density.set(v as Density)
          setRows(v as Density)
        }}
        data={(['dense', 'comfortable'] as const).map(v => ({ value: v, label: t(`shell.${v}`) }))}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={t('shell.language')}
        value={i18n.language}
        onChange={v => v && choose(v)}
        data={Object.entries(languages).map(([value, name]) => ({
          value,
          label: value === 'en' ? name : `${name} (${t('common.machineMade')})`,
        }))}
        comboboxProps={{ withinPortal: false }}
      />
      <Switch
        label={t('shell.singleKeys')}
        checked={keys}
        onChange={e => {
          singleKeys.set(e.currentTarget.checked)
          setKeys(e.currentTarget.checked)
        }}
      />
    </Stack>
  )
}
