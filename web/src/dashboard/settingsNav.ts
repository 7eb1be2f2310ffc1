import {
  IconBell,
  IconBuildingStore,
  IconCategory,
  IconHistory,
  IconInbox,
  IconKey,
  IconMail,
  IconPalette,
  IconShieldLock,
  IconTags,
  IconUsers,
  IconUsersGroup,
  IconWebhook,
} from '@tabler/icons-react'
import type { Section } from './features/settings/sections'
import { settingsPages } from './settingsPages'

// Every section of the settings, in the order in which they are shown. What the texts are
// is said by settings.<name> and settings.<name>Text.
const all: Section[] = [
  { name: 'store', group: 'store', needs: 'settings', icon: IconBuildingStore },
  { name: 'mail', group: 'mail', needs: 'settings', icon: IconMail },
  { name: 'mailboxes', group: 'mail', needs: 'settings', icon: IconInbox },
  { name: 'notifications', group: 'mail', needs: 'settings', icon: IconBell },
  { name: 'branding', group: 'mail', needs: 'settings', icon: IconPalette },
  { name: 'types', group: 'tickets', needs: 'settings', icon: IconCategory },
  { name: 'tags', group: 'tickets', needs: 'settings', icon: IconTags },
  { name: 'users', group: 'people', needs: 'users', icon: IconUsers },
  { name: 'groups', group: 'people', needs: 'users', icon: IconUsersGroup },
  { name: 'audit', group: 'people', needs: 'users', icon: IconHistory },
  { name: 'apps', group: 'programs', needs: 'api_access', icon: IconKey },
  { name: 'webhooks', group: 'programs', needs: 'settings', icon: IconWebhook },
  { name: 'sessions', group: 'you', needs: null, icon: IconShieldLock },
]

/** The sections that have a page. */
export const settingsNav = all.filter(s => s.name in settingsPages)
