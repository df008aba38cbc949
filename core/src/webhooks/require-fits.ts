import { coreErrors } from '../errors.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { hookBody, hookInput, type Received } from './hook-input.ts'
import type { Hook } from './hook-store.ts'

/** What a short number of JSON becomes when it is written anew, at most: `1e20,` has 22 digits and its comma. */
const MOST_GROWTH = 5

/** Headers that a handler is shown, and what stands around the body. */
const HEAD_LENGTH = 16 * 1024

/**
 * What is acknowledged can be handed over: nothing is kept that its handler could not be given, by whichever version of a rollout.
 * @throws CORE_BODY_TOO_LARGE
 */
export function requireFits(
  snapshot: Snapshot,
  { tenant, plugin }: Hook,
  received: Pick<Received, 'headers' | 'body'>,
): void {
  const picked = pickVersion(snapshot, plugin, { requestId: '', tenant, input: undefined })
  // It waits for a version, and for as long as for anything else.
  if (picked.kind !== 'version') return
  const { version, sharing } = picked
  const versions = sharing === undefined ? [version] : Object.values(sharing.versions)
  const limitKb = Math.min(...versions.map(({ limits }) => limits.payloadKb))
  const limit = limitKb * 1024
  if (received.body.length * MOST_GROWTH + HEAD_LENGTH <= limit) return
  const whole = { id: 'whd_'.padEnd(28, '0'), receivedAt: new Date(), ...received }
  if (hookInput(whole, hookBody(received)).length <= limit) return
  throw coreErrors.create('BODY_TOO_LARGE', { limitKb })
}
