import type { LocalText } from '../../texts/languages.ts'

/** What a tenant does with a plugin. */
export type Binding = 'disabled' | 'enabled' | 'pinned' | 'held'

export interface InstalledVersion {
  readonly version: string
  readonly state: string
  readonly fault: { readonly code?: string; readonly detail?: string } | null
  readonly publisher: string | null
  readonly displayName: LocalText
  readonly tier: string
  readonly services: readonly { readonly id: string; readonly major: number }[]
}

/** What `GET /v1/plugins/{name}` says. */
export interface InstalledPlugin {
  readonly name: string
  readonly stableVersion: string | null
  readonly versions: readonly InstalledVersion[]
}

export interface AskedCapability {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly optional?: boolean
  readonly why: LocalText
  readonly granted: boolean
}

export interface Grant {
  readonly id: string
  readonly capability: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly approver: string
  readonly grantedAt: string
}

/** What `GET /v1/tenants/{t}/plugins/{name}` says. */
export interface TenantPlugin {
  readonly version: string | null
  readonly binding: Binding
  readonly capabilities: readonly AskedCapability[]
  readonly grants: readonly Grant[]
}

/** Names of capabilities that the plugin cannot do without and that nobody consented to yet. */
export function missingConsent({
  capabilities,
}: Pick<TenantPlugin, 'capabilities'>): readonly string[] {
  const missing = capabilities.filter(({ granted, optional }) => !granted && optional !== true)
  return [...new Set(missing.map(({ name }) => name))]
}

/** All that a plugin asks for under one name: the host grants it by the name, with all its parameters, or not at all. */
export interface AskedName {
  readonly name: string
  readonly wishes: readonly AskedCapability[]
  readonly isGranted: boolean
  /** Nothing of it that is not granted is needed. */
  readonly isOptional: boolean
}

/** Pure; in the order of their first wish. */
export function askedNames(capabilities: readonly AskedCapability[]): readonly AskedName[] {
  return [...Map.groupBy(capabilities, ({ name }) => name)].map(([name, wishes]) => {
    const open = wishes.filter(({ granted }) => !granted)
    return {
      name,
      wishes,
      isGranted: open.length === 0,
      isOptional: open.every(({ optional }) => optional === true),
    }
  })
}

/** A wish in words: its name and what it is held to, without what everybody reads as noise. */
export function parameterText(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join(' · ')
}

/** Consent is to what was shown: to what that version asks for, whichever serves by then. */
export function grantBody({ version }: Pick<TenantPlugin, 'version'>, names: readonly string[]) {
  return { ...(version === null ? {} : { version }), capabilities: names }
}

export function pluginPath(name: string): string {
  return `/v1/plugins/${encodeURIComponent(name)}`
}

export function tenantPluginPath(tenant: string, name: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/plugins/${encodeURIComponent(name)}`
}
