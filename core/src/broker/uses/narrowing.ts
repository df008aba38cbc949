import type { Localized } from '@signalbox/sdk/errors'
import { OTHER_FACETS, type UseSum } from './use-ledger.ts'

export interface HeldGrant {
  readonly id: string
  readonly capability: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Milliseconds since the epoch. */
  readonly grantedAt: number
  /** The version copes without: taking it back does not keep the plugin from being enabled. */
  readonly optional: boolean
}

/** What a grant could be made into, without taking anything away that was used. */
export interface Proposal {
  readonly kind: 'revoke' | 'narrow'
  readonly grant: string
  readonly capability: string
  readonly optional: boolean
  /** In which time it was not used, or only so much of it. Instants in ms since the epoch. */
  readonly seen: { readonly from: number; readonly to: number; readonly days: number }
  /** For `narrow`: what the grant would allow. */
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly reason: Localized
}

export interface Observed {
  /** Of the version that serves the tenant, and of it alone. */
  readonly uses: readonly UseSum[]
  /** Capabilities whose use the host sees; of the others it knows nothing. */
  readonly visible: ReadonlySet<string>
  readonly now: number
  readonly minDays: number
}

const DAY_MS = 24 * 3_600_000

/**
 * Which grants are wider than what the serving version does. A version that was never seen to use anything is
 * not known to do without: no data proposes nothing. Pure.
 */
export function narrowing(grants: readonly HeldGrant[], observed: Observed): readonly Proposal[] {
  const { uses, visible, now, minDays } = observed
  const firstUse = Math.min(...uses.map(({ firstAt }) => firstAt))
  if (uses.length === 0) return []
  return grants.flatMap((grant): Proposal[] => {
    if (!visible.has(grant.capability)) return []
    const from = Math.max(grant.grantedAt, firstUse)
    const days = Math.floor((now - from) / DAY_MS)
    if (days < minDays) return []
    const { id, capability, optional } = grant
    const base = { grant: id, capability, optional, seen: { from, to: now, days } }
    const used = uses.filter((use) => use.grant === id)
    if (used.length === 0) return [{ ...base, kind: 'revoke', reason: unused(capability, days) }]
    const parameters = narrowed(grant, used)
    if (parameters === undefined) return []
    return [{ ...base, kind: 'narrow', parameters, reason: partly(capability, days) }]
  })
}

function unused(capability: string, days: number): Localized {
  return {
    en: `${capability} was not used once in ${days} days.`,
    'zh-CN': `${capability} 在 ${days} 天内从未使用。`,
  }
}

function partly(capability: string, days: number): Localized {
  return {
    en: `Of ${capability} only this was used in ${days} days.`,
    'zh-CN': `${capability} 在 ${days} 天内仅使用了这些部分。`,
  }
}

/** @returns undefined: it cannot be less, or what was used of it is not known well enough */
function narrowed(
  { capability, parameters }: HeldGrant,
  used: readonly UseSum[],
): Readonly<Record<string, unknown>> | undefined {
  const facets = [...new Set(used.map(({ facet }) => facet))]
  if (facets.includes(OTHER_FACETS)) return undefined
  if (capability === 'service:call') return narrowedService(parameters, facets)
  if (capability === 'http:fetch') return narrowedFetch(parameters, facets)
  return undefined
}

/** A facet is an operation. One that no contract could name was refused, and was no use. */
function narrowedService(parameters: HeldGrant['parameters'], facets: readonly string[]) {
  const operations = facets.filter((facet) => /^[a-z][A-Za-z0-9]{0,59}$/.test(facet)).sort()
  const granted = parameters.operations as readonly string[] | undefined
  const isLess = granted === undefined || operations.length < granted.length
  return operations.length > 0 && isLess ? { ...parameters, operations } : undefined
}

/** A facet is a method and an origin, such as `GET https://api.example.com`. */
function narrowedFetch(parameters: HeldGrant['parameters'], facets: readonly string[]) {
  const { origins = [], methods = ['GET'] } = parameters as {
    readonly origins?: readonly string[]
    readonly methods?: readonly string[]
  }
  const parsed = facets.map((facet) => /^([A-Z]+) (https:\/\/\S+)$/.exec(facet))
  if (parsed.some((match) => match === null)) return undefined
  const usedOrigins = parsed.map((match) => match?.[2] ?? '')
  const usedMethods = new Set(parsed.map((match) => match?.[1] ?? ''))
  const left = {
    origins: origins.filter((origin) => usedOrigins.some((used) => isWithin(origin, used))),
    methods: methods.filter((method) => usedMethods.has(method)),
  }
  if (left.origins.length === 0 || left.methods.length === 0) return undefined
  const isLess = left.origins.length < origins.length || left.methods.length < methods.length
  return isLess ? { ...parameters, ...left } : undefined
}

/** @param granted an origin, or one with `*.` before its host */
function isWithin(granted: string, used: string): boolean {
  if (granted === used) return true
  if (!granted.startsWith('https://*.')) return URL.parse(granted)?.origin === used
  return used.startsWith('https://') && used.endsWith(granted.slice('https://*'.length))
}
