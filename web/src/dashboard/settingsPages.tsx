import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

type Page = LazyExoticComponent<ComponentType>
const page = <K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K): Page =>
  lazy(() => load().then(m => ({ default: m[name] })))

/** The page of each section of the settings: page(() => import('./features/…'), 'Name'). */
export const settingsPages: Record<string, Page> = {}
void page
