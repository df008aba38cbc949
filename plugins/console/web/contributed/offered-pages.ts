import type { Contributed, OfferedPage, PageSpec } from './page-spec.ts'

export const PAGE_POINT = 'console/page/v1'

/** Groups of business pages, as schemas/page.json names them, in the order of the navigation. */
export const BUSINESS_GROUPS = [
  'orders',
  'inventory',
  'quality',
  'data',
  'logistics',
  'contracts',
  'operations',
] as const

export type BusinessGroup = (typeof BUSINESS_GROUPS)[number]

/** Two plugins may choose the same path: the first by name has it, and the other says why it is not shown. */
export interface Offering {
  readonly pages: readonly OfferedPage[]
  readonly unfit: readonly Contributed[]
  readonly shadowed: readonly OfferedPage[]
}

/** @param may whether the viewer holds a permission */
export function offeringOf(
  contributed: readonly Contributed[],
  may: (permission: string) => boolean,
): Offering {
  const items = contributed.filter(({ point }) => point === PAGE_POINT)
  const unfit = items.filter(({ fits }) => !fits)
  const pages: OfferedPage[] = []
  const shadowed: OfferedPage[] = []
  const taken = new Set<string>()
  for (const { plugin, version, base, tier, value, fits } of items) {
    if (!fits) continue
    const page = { plugin, version, base, tier, spec: value as PageSpec }
    if (taken.has(page.spec.path)) shadowed.push(page)
    else if (page.spec.requires === undefined || may(page.spec.requires)) pages.push(page)
    taken.add(page.spec.path)
  }
  return { pages: pages.sort(byOrder), unfit, shadowed }
}

/** What says nothing of its order comes last. */
export function byOrder(
  one: { readonly spec: { readonly order?: number } },
  other: { readonly spec: { readonly order?: number } },
): number {
  return (one.spec.order ?? 1000) - (other.spec.order ?? 1000)
}

/** Pages by their group; what has none, or one that is not known, is of operations. */
export function pagesOfGroup(
  pages: readonly OfferedPage[],
  group: BusinessGroup,
): readonly OfferedPage[] {
  return pages.filter(({ spec }) => groupOf(spec) === group)
}

function groupOf({ group }: PageSpec): BusinessGroup {
  return BUSINESS_GROUPS.find((one) => one === group) ?? 'operations'
}

/**
 * Pages with which somebody begins: a page that others of its plugin hand something over to shows one thing, and is reached
 * by them.
 */
export function entryPages(pages: readonly OfferedPage[]): readonly OfferedPage[] {
  const reached = new Set(pages.flatMap((page) => handOversOf(page)))
  return pages.filter((page) => !reached.has(keyOf(page.plugin, page.spec.id)))
}

function handOversOf({ plugin, spec }: OfferedPage): string[] {
  return (spec.blocks ?? []).flatMap((block) => {
    const link = 'link' in block ? block.link : 'then' in block ? block.then : undefined
    if (link === undefined || link.page === spec.id) return []
    return Object.keys(link.params).length === 0 ? [] : [keyOf(plugin, link.page)]
  })
}

function keyOf(plugin: string, id: string): string {
  return `${plugin} ${id}`
}

/** A link leads to a page of the same plugin. */
export function linkedPage(
  pages: readonly OfferedPage[],
  plugin: string,
  id: string,
): OfferedPage | undefined {
  return pages.find((page) => page.plugin === plugin && page.spec.id === id)
}

/** @param splat what stands in the address behind /p/ */
export function pageAt(pages: readonly OfferedPage[], splat: string): OfferedPage | undefined {
  const wanted = `/${splat.replace(/\/+$/, '')}`
  return pages.find(({ spec }) => spec.path === wanted)
}
