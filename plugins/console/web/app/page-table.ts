import type { ComponentType } from 'react'
import { type HostAction, may, maySomewhere } from '../api/may.ts'
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
  | (
      | 'home'
      | 'contributed'
      | 'command'
      | 'new-rollout'
      | 'plugin'
      | 'plugins'
      | 'rollout'
      | 'rollouts'
    )
  | ('app' | 'apps' | 'dead-letters' | 'statements' | 'webhook' | 'webhooks')
  | ('first-rollout' | 'publishers' | 'tenants')
  | ('new-subscription' | 'subscription' | 'subscriptions')
  | ('approvals' | 'audit' | 'freezes' | 'invocation')
  | ('admin-tokens' | 'cohorts' | 'removal' | 'sso' | 'updates')
  | ('company' | 'import' | 'positions' | 'roles' | 'units' | 'user' | 'users')
  | ('catalog' | 'marketplace' | 'package' | 'review' | 'reviews' | 'service')

const isOperator = (viewer: Viewer): boolean => viewer.kind === 'operator'
const to = (action: HostAction) => (viewer: Viewer) => may(viewer, action)
const toSome = (action: HostAction) => (viewer: Viewer) => maySomewhere(viewer, action)

export const PAGES: readonly PageEntry[] = [
  {
    id: 'home',
    path: '/',
    group: 'work',
    isPlain: true,
    load: async () => (await import('../pages/home/home-page.tsx')).HomePage,
  },
  {
    id: 'first-rollout',
    path: '/first-rollout',
    load: async () =>
      (await import('../pages/first-rollout/first-rollout-page.tsx')).FirstRolloutPage,
    isFor: isOperator,
  },
  {
    id: 'contributed',
    path: '/p/*',
    group: 'plugins',
    load: async () => (await import('../contributed/contributed-page.tsx')).ContributedPage,
    isFor: toSome('contribution.list'),
  },
  {
    id: 'command',
    path: '/commands/:plugin/:command',
    load: async () => (await import('../contributed/slots/command-page.tsx')).CommandPage,
  },
  {
    id: 'plugins',
    path: '/plugins',
    group: 'plugins',
    load: async () => (await import('../pages/plugins/plugins-page.tsx')).PluginsPage,
    isFor: to('binding.read'),
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
    id: 'publishers',
    path: '/marketplace/publishers',
    group: 'plugins',
    load: async () => (await import('../pages/publishers/publishers-page.tsx')).PublishersPage,
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
    isFor: to('catalog.read'),
  },
  {
    id: 'service',
    path: '/catalog/:service',
    load: async () => (await import('../pages/catalog/service-page.tsx')).ServicePage,
  },
  {
    id: 'apps',
    path: '/apps',
    group: 'services',
    load: async () => (await import('../pages/apps/apps-page.tsx')).AppsPage,
    isFor: toSome('app.list'),
  },
  {
    id: 'app',
    path: '/apps/:app',
    load: async () => (await import('../pages/apps/app-page.tsx')).AppPage,
    isFor: toSome('app.list'),
  },
  {
    id: 'subscriptions',
    path: '/subscriptions',
    group: 'services',
    load: async () =>
      (await import('../pages/subscriptions/subscriptions-page.tsx')).SubscriptionsPage,
    isFor: to('subscription.read'),
  },
  {
    id: 'new-subscription',
    path: '/subscriptions/new',
    load: async () =>
      (await import('../pages/subscriptions/new-subscription-page.tsx')).NewSubscriptionPage,
    isFor: to('subscription.write'),
  },
  {
    id: 'subscription',
    path: '/subscriptions/:id',
    load: async () =>
      (await import('../pages/subscriptions/subscription-page.tsx')).SubscriptionPage,
    isFor: to('subscription.read'),
  },
  {
    id: 'webhooks',
    path: '/webhooks',
    group: 'services',
    load: async () => (await import('../pages/webhooks/webhooks-page.tsx')).WebhooksPage,
    isFor: to('webhook.read'),
  },
  {
    id: 'webhook',
    path: '/webhooks/:id',
    load: async () => (await import('../pages/webhooks/webhook-page.tsx')).WebhookPage,
    isFor: to('webhook.read'),
  },
  {
    id: 'dead-letters',
    path: '/dead-letters',
    group: 'services',
    load: async () => (await import('../pages/dead-letters/dead-letters-page.tsx')).DeadLettersPage,
    isFor: to('dead_letter.list'),
  },
  {
    id: 'statements',
    path: '/statements',
    group: 'governance',
    load: async () => (await import('../pages/statements/statements-page.tsx')).StatementsPage,
    isFor: to('usage.read'),
  },
  {
    id: 'approvals',
    path: '/approvals',
    group: 'work',
    load: async () => (await import('../pages/approvals/approvals-page.tsx')).ApprovalsPage,
    isFor: to('approval.list'),
  },
  {
    id: 'invocation',
    path: '/invocations/:id',
    load: async () => (await import('../pages/invocations/invocation-page.tsx')).InvocationPage,
    isFor: to('invocation.list'),
  },
  {
    id: 'tenants',
    path: '/tenants',
    group: 'governance',
    load: async () => (await import('../pages/tenants/tenants-page.tsx')).TenantsPage,
    isFor: isOperator,
  },
  {
    id: 'users',
    path: '/identity/users',
    group: 'governance',
    load: async () => (await import('../pages/identity/users-page.tsx')).UsersPage,
    isFor: toSome('user.list'),
  },
  {
    id: 'user',
    path: '/identity/users/:user',
    load: async () => (await import('../pages/identity/user-page.tsx')).UserPage,
    isFor: toSome('user.list'),
  },
  {
    id: 'units',
    path: '/identity/units',
    group: 'governance',
    load: async () => (await import('../pages/identity/units-page.tsx')).UnitsPage,
    isFor: toSome('unit.list'),
  },
  {
    id: 'positions',
    path: '/identity/positions',
    group: 'governance',
    load: async () => (await import('../pages/identity/positions-page.tsx')).PositionsPage,
    isFor: toSome('position.list'),
  },
  {
    id: 'roles',
    path: '/identity/roles',
    group: 'governance',
    load: async () => (await import('../pages/identity/roles-page.tsx')).RolesPage,
    isFor: to('role.list'),
  },
  {
    id: 'company',
    path: '/identity/company',
    group: 'governance',
    load: async () => (await import('../pages/identity/company-page.tsx')).CompanyPage,
    isFor: to('tenant.read'),
  },
  {
    id: 'import',
    path: '/identity/import',
    load: async () => (await import('../pages/identity/import-page.tsx')).ImportPage,
    isFor: to('organisation.export'),
  },
  {
    id: 'freezes',
    path: '/rollouts/freezes',
    group: 'governance',
    load: async () => (await import('../pages/freezes/freezes-page.tsx')).FreezesPage,
    isFor: isOperator,
  },
  {
    id: 'audit',
    path: '/audit',
    group: 'governance',
    load: async () => (await import('../pages/audit/audit-page.tsx')).AuditPage,
    isFor: to('audit.read'),
  },
  {
    id: 'admin-tokens',
    path: '/identity/admin-tokens',
    group: 'governance',
    load: async () => (await import('../pages/admin-tokens/admin-tokens-page.tsx')).AdminTokensPage,
    isFor: to('tenant.token'),
  },
  {
    id: 'cohorts',
    path: '/rollouts/cohorts',
    group: 'plugins',
    load: async () => (await import('../pages/cohorts/cohorts-page.tsx')).CohortsPage,
    isFor: isOperator,
  },
  {
    id: 'updates',
    path: '/updates',
    group: 'plugins',
    load: async () => (await import('../pages/updates/updates-page.tsx')).UpdatesPage,
    isFor: isOperator,
  },
  {
    id: 'removal',
    path: '/plugins/:name/remove',
    load: async () => (await import('../pages/removal/removal-page.tsx')).RemovalPage,
    isFor: isOperator,
  },
  {
    id: 'sso',
    path: '/identity/sso',
    group: 'governance',
    load: async () => (await import('../pages/sso/sso-page.tsx')).SsoPage,
    isFor: to('sso.read'),
  },
]

/** Those that the viewer is offered. Pure. */
export function pagesFor(viewer: Viewer): readonly PageEntry[] {
  return PAGES.filter(({ isFor }) => isFor?.(viewer) ?? true)
}
