import { usePlaceQuery } from '../app/place-query.ts'
import { isRisky } from './bind.ts'
import { useContributedPlace } from './contributed-context.ts'
import { linkedPage } from './offered-pages.ts'
import type { OfferedPage } from './page-spec.ts'

export interface LinkedAddress {
  readonly pathname: string
  readonly search: string
}

type Handed = Iterable<readonly [string, string]>

/** Where another page of the same plugin stands; undefined where it is not offered to the viewer. */
export function useLinkedAddress(): (id: string, handed: Handed) => LinkedAddress | undefined {
  const { page, pages } = useContributedPlace()
  const keep = usePlaceQuery()
  return (id, handed) => {
    const to = linkedPage(pages, page.plugin, id)
    return to === undefined ? undefined : linkedAddress(to, keep, handed)
  }
}

/**
 * @param keep what of the address goes along to every page
 * @param handed what the page that links says; the tenant that somebody looks at is his own choice, never a plugin's. Pure.
 */
export function linkedAddress(
  { spec }: Pick<OfferedPage, 'spec'>,
  keep: string,
  handed: Handed,
): LinkedAddress {
  const query = new URLSearchParams(keep)
  const taken = new Set(['tenant', ...query.keys()])
  for (const [name, value] of handed) {
    if (!isRisky(name) && !taken.has(name)) query.set(name, value)
  }
  return { pathname: `/p${spec.path}`, search: query.toString() }
}
