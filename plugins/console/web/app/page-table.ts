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
  /** Who is offered it: the host decides again at every request. Absent: everybody who has signed in. */
  readonly isFor?: (viewer: Viewer) => boolean
}

export type PageId =
  | 'home'
  | 'contributed'
  | 'catalog'
  | 'marketplace'
  | 'new-rollout'
  | 'package'
  | 'plugin'
  | 'plugins'
  | 'review'
  | 'reviews'
  | 'rollout'
  | 'rollouts'
  | 'service'

const isOperator = (viewer: Viewer): boolean => viewer.kind === 'operator'

export const PAGES: readonly PageEntry[] = [
  {
    id: 'home',
    path: '/',
    group: 'work',
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
    id: 'marketplace',
    path: '/marketplace',
    group: 'plugins',
    load: async () => (await import('../pages/marketplace/marketplace-page.tsx')).MarketplacePage,
  },
  {
    id: 'reviews',
    path: '/marketplace/reviews',
    load: async () => (await import('../pages/marketplace/reviews-page.tsx')).ReviewsPage,
    isFor: isOperator,
  },
  {
    id: 'review',
    path: '/marketplace/reviews/:id',
    load: async () => (await import('../pages/marketplace/review-page.tsx')).ReviewPage,
    isFor: isOperator,
  },
  {
    id: 'package',
    path: '/marketplace/:name',
    load: async () => (await import('../pages/marketplace/package-page.tsx')).PackagePage,
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
  {
    id: 'catalog',
    path: '/catalog',
    group: 'services',
    load: async () => (await import('../pages/catalog/catalog-page.tsx')).CatalogPage,
  },
  {
    id: 'service',
    path: '/catalog/:service',
    load: async () => (await import('../pages/catalog/service-page.tsx')).ServicePage,
  },
]
