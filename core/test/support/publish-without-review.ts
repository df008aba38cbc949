import { defaultPolicy } from '../../../marketplace/src/review/review-policy.ts'
import type { HostProcess } from './host-process.ts'

/** For tests of what publishers' plugins do, not of how they get into the marketplace. */
export async function publishWithoutReview(host: Pick<HostProcess, 'client'>): Promise<void> {
  const policy = { ...defaultPolicy, mode: 'off' }
  await host.client.request('PUT', '/v1/marketplace/review-policy', policy)
}
