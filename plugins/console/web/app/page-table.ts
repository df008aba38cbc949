import type { ComponentType } from 'react'
import type { Viewer } from '../api/viewer.ts'

export type NavGroup = 'work' | 'plugins' | 'services' | 'governance'

export const NAV_GROUPS: readonly NavGroup[] = ['work', 'plugins', 'services', 'governance']

/** A page of the console's own. Its text is `common:pages.<id>`. */
export interface PageEntry {
  readonly id: PageId
  /** Below the console's place; a `*` at its end takes what is deeper. */
  readonly path: string
  /** Absent: reached by links only. */
  readonly group?: NavGroup
  readonly load: () => Promise<ComponentType>
  /** It has no control of the library, which is then not loaded for it. */
  readonly isPlain?: boolean
  /** Who is offered it: the host decides again at every request. Absent: everybody who has signed in. */
  readonly isFor?: (viewer: Viewer) => boolean
}

export type PageId =
  | 'home'
  | 'contributed'
  | 'new-rollout'
  | 'plugin'
  | 'plugins'
  | 'rollout'
  | 'rollouts'

const isOperator = (viewer: Viewer): boolean => viewer.kind === 'operator'

export const PAGES: readonly PageEntry[] = [
  {
    id: 'home',
    path: '/',
    group: 'work',
    isPlain: true,
    load: async () => (await import('../pages/home/home-page.tsx')).HomePage,
  },
  {
    id: 'contributed',
    path: '/p/*',
    group: 'plugins',
    load: async () => (await import('../contributed/contributed-page.tsx')).ContributedPage,
  },
  {
    id: 'plugins',
    path: '/plugins',
    group: 'plugins',
    load: async () => (await import('../pages/plugins/plugins-page.tsx')).PluginsPage,
  },
  {
    id: 'plugin',
    path: '/plugins/:name',
    load: async () => (await import('../pages/plugins/plugin-page.tsx')).PluginPage,
  },
  {
    id: 'rollouts',
    path: '/rollouts',
    group: 'plugins',
    load: async () => (await import('../pages/rollouts/rollouts-page.tsx')).RolloutsPage,
    isFor: isOperator,
  },
  {
    id: 'new-rollout',
    path: '/rollouts/new',
    load: async () => (await import('../pages/rollouts/new-rollout-page.tsx')).NewRolloutPage,
    isFor: isOperator,
  },
  {
    id: 'rollout',
    path: '/rollouts/:id',
    load: async () => (await import('../pages/rollouts/rollout-page.tsx')).RolloutPage,
    isFor: isOperator,
  },
]
