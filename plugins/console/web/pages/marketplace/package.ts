import type { LocalText } from '../../texts/languages.ts'

/** A text that its author may have written in one of the languages only, or in none. */
export type SomeText = Partial<LocalText>

/** What the search of the marketplace says of a package. */
export interface FoundPackage {
  readonly name: string
  readonly version: string
  readonly displayName: SomeText
  readonly summary: SomeText
  readonly category: string | null
  readonly tier: string
  readonly publisher: string
  readonly license: string | null
  readonly capabilities: readonly string[]
  readonly releasedAt: string
  readonly isDeprecated: boolean
  readonly advisories: number
}

interface Facet {
  readonly value: string
  readonly count: number
}

export interface FoundPackages {
  readonly items: readonly FoundPackage[]
  readonly total: number
  readonly next?: string
  readonly facets?: Readonly<
    Record<'category' | 'tier' | 'publisher' | 'license', readonly Facet[]>
  >
}

export interface Wish {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly optional: boolean
  readonly why: SomeText
}

export interface Advisory {
  readonly id: string
  readonly title: string
  readonly severity: string
  readonly vulnerableVersions: string
  readonly url: string | null
}

/** A version as its author describes it, and what the marketplace knows of it. */
export interface ListedVersion {
  readonly name: string
  readonly version: string
  readonly state: string
  readonly deprecated: string | null
  readonly publisher: string
  readonly publishedAt: string
  readonly size: number
  readonly unpackedSize: number
  readonly integrity: string
  readonly displayName: SomeText
  readonly summary: SomeText
  readonly category: string | null
  readonly tier: string
  readonly license: string | null
  readonly links: Readonly<Record<string, string>>
  readonly requires: Readonly<Record<string, string>>
  readonly capabilities: readonly Wish[]
  readonly services: readonly ListedService[]
  readonly events: readonly string[]
  readonly udfs: readonly string[]
  readonly screenshots: readonly { readonly url: string; readonly alt?: SomeText }[]
  readonly docs: readonly string[]
  readonly terms: ListedTerms | null
  readonly compatibility: Compatibility
  readonly advisories: readonly Advisory[]
  readonly readmeHtml: string | null
  readonly changelogHtml: string | null
}

interface ListedService {
  readonly id: string
  readonly major: number
  readonly title: SomeText
  readonly description: SomeText | null
  readonly operations: readonly { readonly name: string; readonly summary: SomeText | null }[]
}

interface ListedTerms {
  readonly texts: SomeText
  readonly price: SomeText | null
}

interface Compatibility {
  readonly host: string
  readonly thisHost: string
  readonly fits: boolean
  readonly reasons: readonly {
    readonly code: string
    readonly detail: string
    readonly cure: string
  }[]
}

export interface VersionLine {
  readonly version: string
  readonly state: string
  readonly publishedAt: string
  readonly deprecated: string | null
  readonly fits: boolean
  /** Null: the viewer may not know. */
  readonly isInstalled: boolean | null
  readonly advisories: readonly string[]
  readonly running: Running | null
}

interface Running {
  readonly tenants: 'none' | 'few' | number
  readonly errorRate: number | null
  readonly p95Ms: number | null
  readonly abortedRollouts: boolean
  readonly rolledBack: boolean
  readonly crashed: boolean
}

export interface ListedPackage {
  readonly name: string
  readonly latest: ListedVersion
  readonly advisories: readonly Advisory[]
  readonly rating: { readonly count: number; readonly mean: number | null }
  readonly versions: readonly VersionLine[]
}

export function packagePath(name: string): string {
  return `/v1/marketplace/packages/${encodeURIComponent(name)}`
}

export function versionPath(name: string, version: string): string {
  return `${packagePath(name)}/versions/${encodeURIComponent(version)}`
}

/** What an author wrote, in the language of the page where there is one, else in whatever there is. */
export function someText(text: SomeText | null | undefined, language: string): string {
  const own = language === 'zh-CN' ? text?.['zh-CN'] : text?.en
  return own ?? text?.en ?? text?.['zh-CN'] ?? ''
}

/** The more a tier may do, the louder. */
export function tierTone(tier: string): 'good' | 'warning' | 'neutral' {
  if (tier === 'trusted') return 'warning'
  return tier === 'sandbox' || tier === 'declarative' ? 'good' : 'neutral'
}

export function severityTone(severity: string): 'bad' | 'warning' | 'neutral' {
  return severity === 'critical' || severity === 'high' || severity === 'error'
    ? 'bad'
    : severity === 'note' || severity === 'low' || severity === 'info'
      ? 'neutral'
      : 'warning'
}

/** Whether an address that a stranger wrote may stand behind a link. */
export function isWebAddress(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
}
