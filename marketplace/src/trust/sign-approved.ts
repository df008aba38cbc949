import { keyVerdict } from '@signalbox/sdk/trust/key-statement'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { findOrigin } from '../mirror/mirrored-version-store.ts'
import { parsePackageName } from '../packages/package-name.ts'
import { actorNamed } from '../publishers/actor.ts'
import { signedReview, type UnderReview } from './approvals.ts'
import { holdPublisherKey, type PublisherKey } from './publisher-key-store.ts'
import type { RegistryKeys } from './registry-keys.ts'
import { ownersOf } from './require-author.ts'
import { setSigned } from './signed-version-store.ts'

/** A version that was staged and is let through now. */
export interface ApprovedVersion extends UnderReview {
  readonly marketplace: string
  /** By which its author signed it, as was found when it was staged; null: he did not. */
  readonly authorKey: string | null
  readonly stagedAt: Date
  readonly at: Date
}

/**
 * The registry signs a version when it lets it through and not before: nothing that waits, or was rejected, has its
 * word. The author's key is asked once more: one that was revoked meanwhile is good for what was staged before, but
 * not where the revocation is dated back.
 * @throws MKT_SIGNATURE_REFUSED, MKT_SIGNING_KEY_LOST
 */
export async function signApproved(
  trx: Knex.Transaction,
  keys: RegistryKeys | undefined,
  approved: ApprovedVersion,
): Promise<void> {
  const { name, version, publisher } = approved.review
  // What was mirrored is signed by where it comes from.
  if ((await findOrigin(trx, name, version))?.from) return
  const key = await requireStillGood(trx, approved)
  if (keys === undefined) return
  const { integrity, marketplace, at } = approved
  const review = await signedReview(trx, keys, approved)
  const author = key === undefined ? null : { keyid: key.keyid, publicKey: key.publicKey }
  const of = { name, version, integrity, publisher, marketplace }
  const signed = await keys.sign(trx, { ...of, publishedAt: at.getTime(), author, review })
  await setSigned(trx, { name, version }, signed)
}

async function requireStillGood(
  trx: Knex.Transaction,
  { review: { name, version, publisher }, authorKey, stagedAt }: ApprovedVersion,
): Promise<PublisherKey | undefined> {
  if (authorKey === null) return undefined
  const owners = await ownersOf(trx, actorNamed(publisher), parsePackageName(name))
  const key = await holdPublisherKey(trx, owners, authorKey)
  const seenAt = stagedAt.getTime()
  const gone = {
    en: 'is by a key that its publisher no longer has',
    'zh-CN': '其密钥已不属于发布者',
  }
  const verdict =
    key === undefined
      ? { ok: false as const, reason: gone }
      : keyVerdict(key, { createdAt: seenAt, seenAt })
  if (verdict.ok) return key
  const words = { package: `${name}@${version}`, reason: verdict.reason }
  throw marketplaceErrors.create('SIGNATURE_REFUSED', words)
}
