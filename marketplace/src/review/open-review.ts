import type { Finding } from '@signalbox/sdk/finding'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { hasReleases } from '../packages/version-standing-store.ts'
import type { AccountPorts } from '../ports.ts'
import { type ReviewNeed, reviewNeed } from './review-policy.ts'
import { insertReview, readPolicy, rolesOf } from './review-store.ts'

/** A version that passed the checks, before it is decided whether it is shown. */
export interface Submitted {
  readonly name: string
  readonly version: string
  readonly tag: string
  readonly publisher: string
  readonly manifest: Manifest
  readonly isStaged: boolean
  /** What the checks found and let pass. */
  readonly findings: readonly Finding[]
}

/** What a version waits for. */
export interface StagedVersion extends ReviewNeed {
  /** npm's stage id, a UUID. */
  readonly id: string
}

/** Asked while the package is held: of two first versions at once, both are first. */
export async function findNeed(
  trx: Knex.Transaction,
  { name, publisher, manifest, isStaged, findings }: Submitted,
): Promise<ReviewNeed | undefined> {
  return reviewNeed(await readPolicy(trx), {
    publisher,
    roles: await rolesOf(trx, publisher),
    tier: manifest.runtime.tier,
    isFirst: !(await hasReleases(trx, name)),
    isAsked: isStaged,
    isCutShort: findings.some(
      ({ rule, severity }) => rule === 'trials/cut-short' && severity !== 'note',
    ),
  })
}

export async function openReview(
  trx: Knex.Transaction,
  { audit, randomBytes }: Pick<AccountPorts, 'audit' | 'randomBytes'>,
  given: Submitted & { readonly need: ReviewNeed; readonly at: Date; readonly traceId: string },
): Promise<StagedVersion> {
  const { name, version, tag, publisher, manifest, need, at, traceId } = given
  const { tier } = manifest.runtime
  const id = uuidOf(randomBytes(16))
  await insertReview(trx, { id, name, version, tag, publisher, tier, ...need, openedAt: at })
  await audit?.(
    {
      actor: publisher,
      action: 'package.staged',
      subject: `${name}@${version}`,
      traceId,
      details: { review: id, tag, tier, ...need },
    },
    trx,
  )
  return { id, ...need }
}

/** A random UUID (RFC 9562 §5.4) of 16 random bytes. */
function uuidOf(bytes: Buffer): string {
  const own = Buffer.from(bytes)
  own[6] = ((own[6] ?? 0) & 0x0f) | 0x40
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80
  return own.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
