import type { Contract } from '@signalbox/sdk/contract'
import type { CatalogService } from '../catalog-store.ts'
import { closeness, folded, type SearchTerm, termsOf } from './search-words.ts'

export interface SearchWish {
  readonly q?: string | undefined
  readonly domain?: string | undefined
  readonly tag?: string | undefined
}

export interface FoundService {
  readonly service: CatalogService
  /** Undefined: the host provides it, or no version serves it. */
  readonly contract: Contract | undefined
  /** Whole; 0 where no words were asked for. */
  readonly score: number
}

/**
 * Those that have every term somewhere, the best first, then by id. Pure. The contracts lie in memory with what requests
 * are routed by: what is found is what is served, and nothing is indexed beside it.
 */
export function searchServices(
  services: readonly CatalogService[],
  { q, domain, tag }: SearchWish,
  contractOf: (service: CatalogService) => Contract | undefined,
): readonly FoundService[] {
  const terms = q === undefined ? undefined : termsOf(q)
  const found: FoundService[] = []
  for (const service of services) {
    const contract = contractOf(service)
    if (domain !== undefined && contract?.domain !== domain) continue
    if (tag !== undefined && !(contract?.tags ?? []).includes(tag)) continue
    const score = terms === undefined ? 0 : scoreOf(fieldsOf(service, contract), terms)
    if (terms === undefined || score > 0) found.push({ service, contract, score })
  }
  return found.sort(before)
}

function before(a: FoundService, b: FoundService): number {
  return b.score - a.score || compareIds(a.service, b.service)
}

function compareIds(a: CatalogService, b: CatalogService): number {
  return a.id === b.id ? a.major - b.major : a.id < b.id ? -1 : 1
}

interface Field {
  readonly weight: number
  readonly text: string
}

/** A sum over terms of the best place of each, so that a word said often counts once. */
function scoreOf(fields: readonly Field[], terms: readonly SearchTerm[]): number {
  let score = 0
  for (const term of terms) {
    const best = Math.max(...fields.map(({ weight, text }) => weight * closeness(text, term)))
    if (best === 0) return 0
    score += best
  }
  return Math.round(score * 100)
}

/** A contract of a version never changes, and is held as long as the version is routed by. */
const folds = new WeakMap<Contract, readonly Field[]>()

function fieldsOf({ id }: CatalogService, contract: Contract | undefined): readonly Field[] {
  const named = { weight: 100, text: id }
  if (contract === undefined) return [named]
  const known = folds.get(contract) ?? [named, ...wordsOf(contract)]
  folds.set(contract, known)
  return known
}

function wordsOf({ title, description, tags, domain, owner, operations }: Contract): Field[] {
  const entries = Object.entries(operations)
  const said = (weight: number, texts: readonly (string | undefined)[]): Field => ({
    weight,
    text: folded(texts.filter((text) => text !== undefined).join(' \n ')),
  })
  return [
    said(80, [title.en, title['zh-CN']]),
    said(60, [...(tags ?? []), domain]),
    // listOrders is found by "orders" as well.
    said(
      40,
      entries.flatMap(([name]) => [name, name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')]),
    ),
    said(
      20,
      entries.flatMap(([, { summary }]) => [summary?.en, summary?.['zh-CN']]),
    ),
    said(10, [description?.en, description?.['zh-CN'], owner]),
  ]
}

/** Where a page ended: as 8000~orders.list@1. */
export const cursorPattern = '^[0-9]{1,7}~[a-z][a-z0-9.-]{0,99}@[0-9]{1,3}$'

export function cursorOf({
  score,
  id,
  major,
}: {
  score: number
  id: string
  major: number
}): string {
  return `${score}~${id}@${major}`
}

export function isAfter(found: FoundService, cursor: string): boolean {
  const [score = '', rest = ''] = cursor.split('~')
  const [id = '', major = ''] = rest.split('@')
  const last = { id, major: Number(major), plugin: null, ownerTenant: null }
  return before(found, { service: last, contract: undefined, score: Number(score) }) > 0
}

export function shownResult({ service, contract, score }: FoundService) {
  const { title, description, domain, tags = [] } = contract ?? {}
  return {
    ...service,
    title: title ?? null,
    description: description ?? null,
    domain: domain ?? null,
    tags,
    score,
  }
}
