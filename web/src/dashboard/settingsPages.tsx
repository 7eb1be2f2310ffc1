import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { worded } from '@/i18n'

type Page = LazyExoticComponent<ComponentType>
const page = <K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K): Page =>
  lazy(worded(() => load().then(m => ({ default: m[name] }))))

/** The page of each section of the settings: page(() => import('./features/…'), 'Name'). */
export const settingsPages: Record<string, Page> = {
  types: page(() => import('./features/settings/TypesPage'), 'TypesPage'),
  tags: page(() => import('./features/settings/TagsPage'), 'TagsPage'),
  notifications: page(() => import('./features/settings/NotificationsPage'), 'NotificationsPage'),
  branding: page(() => import('./features/settings/BrandingPage'), 'BrandingPage'),
  store: page(() => import('./features/settings/StorePage'), 'StorePage'),
  mail: page(() => import('./features/settings/MailPage'), 'MailPage'),
  mailboxes: page(() => import('./features/settings/MailboxesPage'), 'MailboxesPage'),
  users: page(() => import('./features/access/UsersPage'), 'UsersPage'),
  groups: page(() => import('./features/access/GroupsPage'), 'GroupsPage'),
  apps: page(() => import('./features/access/AppsPage'), 'AppsPage'),
  webhooks: page(() => import('./features/access/WebhooksPage'), 'WebhooksPage'),
  audit: page(() => import('./features/access/AuditPage'), 'AuditPage'),
  sessions: page(() => import('./features/access/SessionsPage'), 'SessionsPage'),
}
