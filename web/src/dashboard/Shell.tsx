import { ActionIcon, AppShell, Box, Burger, Group, ScrollArea, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBook2, IconHome, IconInbox, IconPlus, IconSearch, IconSettings, IconUsers } from '@tabler/icons-react'
import { Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { press, useCommand } from '@/shared/commands'
import { ConfirmHost } from '@/shared/confirm'
import { keepFocus, refocus } from '@/shared/focus'
import { type Permission, useMe } from '@/shared/me'
import { places } from '@/shared/paths'
import { ProofHost } from '@/shared/proof'
import { SideSlot } from '@/shared/slots'
import { Empty } from '@/shared/ui/Empty'
import { PlaceButton, PlaceNav } from '@/shared/ui/PlaceLink'
import { LiveDot } from './LiveDot'
import classes from './Shell.module.css'
import { settingsNav } from './settingsNav'
import { UserMenu } from './UserMenu'

const loadPalette = () => import('./Palette')
const Palette = lazy(() => loadPalette().then(m => ({ default: m.Palette })))
const KeysHelp = lazy(() => import('./KeysHelp').then(m => ({ default: m.KeysHelp })))

type Entry = { place: string; label: string; icon?: typeof IconInbox; needs: Permission[]; keys: string }

const entries: Entry[] = [
  { place: places.start, label: 'shell.start', icon: IconHome, needs: [], keys: 'g h' },
  { place: places.tickets, label: 'shell.tickets', icon: IconInbox, needs: ['tickets'], keys: 'g t' },
  // Among the views of tickets, so without an entry of its own here.
  { place: places.mails, label: 'shell.mails', needs: ['tickets'], keys: 'g l' },
  { place: places.customers, label: 'shell.customers', icon: IconUsers, needs: ['customers'], keys: 'g c' },
  { place: places.macros, label: 'shell.macros', icon: IconBook2, needs: ['tickets', 'macros'], keys: 'g k' },
  { place: places.settings, label: 'shell.settings', icon: IconSettings, needs: [], keys: 'g s' },
]

/** Shell is what every page stands in: the side bar, the palette, the keys. */
export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const router = useRouter()
  const at = useLocation({ select: l => l.pathname })
  const [menu, { toggle, close }] = useDisclosure()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const mine = entries.filter(e => e.needs.length === 0 || e.needs.some(n => me.can.includes(n)))
  const mayTickets = me.can.includes('tickets')

  // There before it is asked for, so that what is typed right after Ctrl+K is not lost.
  useEffect(() => {
    const timer = setTimeout(loadPalette, 3000)
    return () => clearTimeout(timer)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes somewhere has chosen
  useEffect(close, [at])
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => void press(e)
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  useEffect(keepFocus, [])
  // What had the keyboard is gone with the page before.
  useEffect(() => router.subscribe('onRendered', () => requestAnimationFrame(() => refocus())), [router])
  useCommand(
    ...mine.map(e => ({
      id: `go${e.place}`,
      label: t(e.label),
      keys: e.keys,
      group: t('shell.groupGo'),
      run: () => navigate({ to: e.place }),
    })),
    mayTickets && { id: 'new', label: t('shell.newTicket'), keys: 'c', run: () => navigate({ to: places.newTicket }) },
    { id: 'palette', label: t('shell.palette'), keys: 'mod+k', keysOnly: true, run: () => setPalette(true) },
    { id: 'keys', label: t('shell.keys'), keys: '?', run: () => setHelp(true) },
  )
  return (
    <AppShell
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !menu } }}
      header={{ height: { base: 48, sm: 0 } }}
      padding={0}
    >
      <a className="skip" href="#content">
        {t('shell.skip')}
      </a>
      <AppShell.Header hiddenFrom="sm" px="sm">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Burger opened={menu} onClick={toggle} size="sm" aria-label={t('shell.menu')} />
          <Text fw={650} truncate>
            {me.store.name}
          </Text>
          <ActionIcon size="lg" onClick={() => setPalette(true)} aria-label={t('shell.palette')}>
            <IconSearch size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.side} aria-label={t('shell.main')}>
        <Group p="sm" gap="xs" visibleFrom="sm" wrap="nowrap" justify="space-between">
          <Text fw={650} truncate title={me.store.name}>
            {me.store.name}
          </Text>
          <ActionIcon
            onClick={() => setPalette(true)}
            aria-label={t('shell.palette')}
            title={`${t('shell.palette')} (Ctrl+K)`}
          >
            <IconSearch size={16} aria-hidden />
          </ActionIcon>
        </Group>
        {mayTickets && (
          <Box px="sm" pb="xs" pt={{ base: 'sm', sm: 0 }}>
            <PlaceButton to={places.newTicket} fullWidth leftSection={<IconPlus size={16} aria-hidden />}>
              {t('shell.newTicket')}
            </PlaceButton>
          </Box>
        )}
        <ScrollArea className={classes.places} type="auto">
          {mine.map(
            e =>
              e.icon && (
                <PlaceNav
                  key={e.place}
                  to={e.place}
                  label={t(e.label)}
                  leftSection={<e.icon size={17} stroke={1.7} aria-hidden />}
                  active={isAt(at, e.place)}
                  aria-current={isAt(at, e.place) ? 'page' : undefined}
                  className={classes.place}
                />
              ),
          )}
          <SideSlot />
        </ScrollArea>
        <Group p="sm" justify="space-between" className={classes.foot} wrap="nowrap">
          <UserMenu onKeys={() => setHelp(true)} />
          <LiveDot />
        </Group>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        {opens(at, me.can) ? <Outlet /> : <Empty title={t('shell.forbidden')} />}
      </AppShell.Main>
      <ConfirmHost />
      <ProofHost />
      <Suspense fallback={null}>
        {palette && <Palette onClose={() => setPalette(false)} />}
        {help && <KeysHelp onClose={() => setHelp(false)} />}
      </Suspense>
    </AppShell>
  )
}

/** opens tells whether permissions open a place; the server holds it anyway. */
function opens(at: string, can: Permission[]): boolean {
  const needs = [
    ...entries.map(e => ({ place: e.place, needs: e.needs })),
    { place: places.mails, needs: ['tickets'] as Permission[] },
    ...settingsNav.map(s => ({ place: places.setting(s.name), needs: s.needs ? [s.needs] : [] })),
  ].filter(e => isAt(at, e.place))
  return needs.every(e => e.needs.length === 0 || e.needs.some(n => can.includes(n)))
}

/** isAt tells whether a place is the one shown; the router leaves its base out. */
function isAt(at: string, place: string): boolean {
  const path = at.replace(/^\/dashboard/, '') || '/'
  return place === '/' ? path === '/' : path.startsWith(place)
}
