import { type LinkedAddress, linkedAddress } from '../linked-address.ts'
import { linkedPage } from '../offered-pages.ts'
import type { OfferedPage } from '../page-spec.ts'
import type { OpeningSpec } from './slot-spec.ts'

/** Where a card or a command leads; undefined where the page is not offered to the viewer. Pure. */
export function openingPlace(
  pages: readonly OfferedPage[],
  plugin: string,
  opens: OpeningSpec | undefined,
  keep: string,
): LinkedAddress | undefined {
  const to = opens === undefined ? undefined : linkedPage(pages, plugin, opens.page)
  if (to === undefined) return undefined
  return linkedAddress(to, keep, Object.entries(opens?.params ?? {}))
}
