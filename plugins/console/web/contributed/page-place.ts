import { isRisky } from './bind.ts'
import type { OfferedPage } from './page-spec.ts'

/** Where a page of a plugin stands, with what is handed over to it. */
export interface PlaceOfPage {
  readonly pathname: string
  readonly search: string
}

/**
 * @param keep what goes along to every page: the tenant that the operator looks at, which no plugin chooses. Pure.
 */
export function placeOfPage(
  { spec }: OfferedPage,
  params: ReadonlyMap<string, string>,
  keep: string,
): PlaceOfPage {
  const query = new URLSearchParams()
  for (const [name, value] of params) if (!isRisky(name)) query.set(name, value)
  for (const [name, value] of new URLSearchParams(keep)) query.set(name, value)
  return { pathname: `/p${spec.path}`, search: query.toString() }
}
