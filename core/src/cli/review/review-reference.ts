import { coreErrors } from '../../errors.ts'
import type { HostClient } from '../host-client.ts'
import { parsePluginVersion } from '../plugin-reference.ts'
import type { Review } from './shown-review.ts'

export const REVIEWS = '/v1/marketplace/reviews'

/**
 * @param reference the id of a review, which is npm's stage id, or `name@version`
 * @returns the path of the review
 * @throws CORE_REVIEW_UNSEEN
 */
export async function reviewPath(client: HostClient, reference: string): Promise<string> {
  if (!reference.includes('@')) return `${REVIEWS}/${encodeURIComponent(reference)}`
  const { name, version } = parsePluginVersion(reference)
  const query = new URLSearchParams({ package: name, version, limit: '1' })
  const found = await client.request<{ items: readonly Review[] }>('GET', `${REVIEWS}?${query}`)
  const [review] = found.items
  if (review === undefined) throw coreErrors.create('REVIEW_UNSEEN', { plugin: reference })
  return `${REVIEWS}/${review.id}`
}
