import type { Operation } from '../../contributed/contract-input.ts'
import type { LocalText } from '../../texts/languages.ts'

/** What the search of the catalog says of a service. */
export interface FoundService {
  readonly id: string
  readonly major: number
  readonly plugin: string | null
  readonly ownerTenant: string | null
  readonly title: LocalText | null
  readonly description: LocalText | null
  readonly domain: string | null
  readonly tags: readonly string[]
}

export interface Example {
  readonly name?: string
  readonly input: unknown
  readonly output?: unknown
}

export interface ServiceOperation extends Operation {
  /** `unit`: whoever holds the permission in a unit may call it as well. */
  readonly requiresIn?: 'tenant' | 'unit'
  readonly examples?: readonly Example[]
  readonly errors?: readonly { readonly code: string; readonly summary?: LocalText }[]
}

export interface Plan {
  readonly name: string
  readonly version: number
  readonly status: string
  readonly ratePerS: number
  readonly burst: number
  readonly quota?: { readonly count: number; readonly per: 'hour' | 'day' | 'month' }
  readonly concurrency?: number
  readonly maxRows?: number
  readonly fields?: Readonly<Record<string, readonly string[]>>
  readonly price?: { readonly amount: string; readonly currency: string; readonly unit: string }
  readonly approval?: 'auto' | 'manual'
}

export interface Deprecation {
  readonly deprecatedAt: string
  readonly sunsetAt: string | null
  readonly successor: number | null
  readonly information: string | null
  readonly brownOuts: readonly { readonly from: string; readonly to: string }[]
}

export type LevelName = 'availability' | 'latency'

interface Figures {
  readonly calls: number
  readonly failed: number
  readonly availability: number | null
  readonly p95Ms: number | null
  readonly inTime: number | null
}

export interface LevelWindow extends Figures {
  readonly window: string
  readonly status: Readonly<Record<LevelName, string | null>>
}

export interface MeasuredLevels {
  readonly windows: readonly LevelWindow[]
  readonly versions: readonly (Figures & { readonly version: string })[]
  readonly breaches: readonly {
    readonly level: string
    readonly window: string
    readonly since: string
  }[]
}

export interface Lineage {
  readonly upstream: { readonly services: readonly string[]; readonly events: readonly string[] }
  readonly downstream: readonly {
    readonly plugin: string
    readonly services: readonly string[]
    readonly calls: boolean
    readonly hears: readonly string[]
  }[]
}

/** A major of a service, as the catalog describes it. */
export interface ServiceMajor {
  readonly major: number
  readonly title?: LocalText
  readonly description?: LocalText
  readonly owner?: string
  readonly domain?: string
  readonly tags?: readonly string[]
  readonly terms?: string
  readonly events?: readonly { readonly type: string; readonly summary?: LocalText }[]
  readonly serviceLevels?: { readonly availability?: number; readonly p95Ms?: number }
  readonly plugin: string | null
  readonly version: string | null
  readonly ownerTenant: string | null
  readonly deprecation: Deprecation | null
  readonly measuredLevels: MeasuredLevels
  readonly lineage: Lineage
  readonly plans: readonly Plan[]
  readonly operations: Readonly<Record<string, ServiceOperation>>
}

export interface ServicePage {
  readonly id: string
  readonly majors: readonly ServiceMajor[]
}

export function servicePath(id: string): string {
  return `/v1/catalog/services/${encodeURIComponent(id)}`
}

/** The one that is asked for, else the newest that serves. */
export function chosenMajor(
  majors: readonly ServiceMajor[],
  wanted: string | undefined,
): ServiceMajor | undefined {
  const newest = majors.toSorted((a, b) => b.major - a.major)
  return newest.find(({ major }) => String(major) === wanted) ?? newest[0]
}

export type EndPhase = 'announced' | 'deprecated' | 'gone'

/** Where a service stands in its end. Pure. */
export function endPhase({ deprecatedAt, sunsetAt }: Deprecation, nowMs: number): EndPhase {
  if (sunsetAt !== null && nowMs >= Date.parse(sunsetAt)) return 'gone'
  return nowMs < Date.parse(deprecatedAt) ? 'announced' : 'deprecated'
}
