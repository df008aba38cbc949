import type { Contract } from '@signalbox/sdk/contract'
import { capabilityRequests, type Manifest } from '@signalbox/sdk/manifest'
import { wordsOf } from './search-words.ts'

/** A text in the host's languages, as far as its author gave them. */
export interface Texts {
  readonly en?: string
  readonly 'zh-CN'?: string
}

/** What is known of the version of a package that is shown. */
export interface ShownVersion {
  readonly name: string
  readonly version: string
  readonly publisher: string
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly manifest: Manifest
  readonly contracts: Readonly<Record<string, Contract>>
  readonly releasedAt: Date
}

/** What a package is found by. */
export interface Listing {
  readonly name: string
  readonly version: string
  readonly displayName: Texts
  readonly summary: Texts
  readonly keywords: readonly string[]
  readonly category: string | null
  readonly tier: string
  readonly publisher: string
  readonly hostRange: string
  readonly license: string | null
  readonly capabilities: readonly string[]
  readonly words: ReadonlyMap<string, Weight>
  readonly releasedAt: Date
}

/** Where a word stands: A in names, B in what it is about and gives, C in descriptions. */
export type Weight = 'A' | 'B' | 'C'

const MAX_KEYWORDS = 20
const MAX_TEXT = 500

/** A listing is held to so many words, the weightiest first: a stuffed one is found by no more than an honest one. */
const MAX_WORDS = 300

export function listingOf(shown: ShownVersion): Listing {
  const { manifest, packageJson } = shown
  const summary = summaryOf(shown)
  const keywords = textsIn(packageJson['keywords']).slice(0, MAX_KEYWORDS)
  return {
    name: shown.name,
    version: shown.version,
    displayName: manifest.displayName,
    summary,
    keywords,
    category: manifest.category ?? null,
    tier: manifest.runtime.tier,
    publisher: shown.publisher,
    hostRange: manifest.host,
    license: textOf(packageJson['license']) ?? null,
    capabilities: [...new Set(capabilityRequests(manifest).map(({ name }) => name))],
    words: weighed(shown, summary, keywords),
    releasedAt: shown.releasedAt,
  }
}

/** npm's description is in English; the manifest may say it in both. */
function summaryOf({ manifest, packageJson }: ShownVersion): Texts {
  const description = textOf(packageJson['description'])
  return {
    ...(description === undefined ? {} : { en: description }),
    ...manifest.listing?.summary,
  }
}

function weighed(
  { name, publisher, manifest, contracts }: ShownVersion,
  summary: Texts,
  keywords: readonly string[],
): ReadonlyMap<string, Weight> {
  const services = Object.values(contracts)
  const { services: provided = [], udfs = [] } = manifest.provides ?? {}
  const places: readonly (readonly [Weight, readonly (string | undefined)[]])[] = [
    ['A', [name, manifest.displayName.en, manifest.displayName['zh-CN']]],
    [
      'B',
      [
        ...keywords,
        manifest.category,
        publisher,
        ...provided.map(({ id }) => id),
        ...udfs.map(({ id }) => id.replaceAll('_', ' ')),
        ...services.flatMap(({ title }) => [title.en, title['zh-CN']]),
      ],
    ],
    ['C', [summary.en, summary['zh-CN']]],
    ['C', services.flatMap(({ description }) => [description?.en, description?.['zh-CN']])],
  ]
  const words = new Map<string, Weight>()
  for (const [weight, texts] of places) {
    for (const word of wordsOf(texts.filter((text) => text !== undefined).join('\n'))) {
      if (words.size >= MAX_WORDS) return words
      if (!words.has(word)) words.set(word, weight)
    }
  }
  return words
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  return value.slice(0, MAX_TEXT).toWellFormed()
}

/** A package.json may have one keyword as a text; that is a list of one. */
function textsIn(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? [])
}
