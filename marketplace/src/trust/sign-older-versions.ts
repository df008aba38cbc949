import type { Knex } from 'knex'
import { parsePackageName } from '../packages/package-name.ts'
import { findReleased, lockHead, setRevision } from '../packages/package-store.ts'
import { nextRevision, REVISION_BYTES } from '../packages/revision.ts'
import type { ContentStore } from '../ports.ts'
import { digestsOf } from '../publish/digests.ts'
import { findPassedReview } from '../review/review-store.ts'
import { signedReview } from './approvals.ts'
import { findPublicKey } from './publisher-key-store.ts'
import type { RegistryKeys } from './registry-keys.ts'
import {
  findUnsigned,
  listUnsigned,
  setSigned,
  type UnsignedVersion,
} from './signed-version-store.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly keys: RegistryKeys
  readonly now: () => number
  readonly randomBytes: (count: number) => Buffer
  readonly log: { warn(fields: object, message: string): void }
}

/** Of one transaction: their bytes are read and hashed in it, one after the other. */
const BATCH = 20

/**
 * Signs what was published before there was a key, or by one that is not believed any more. Bytes that are not what was
 * published are left unsigned and told of. Cut off, it goes on at the next start; done, the key never does it again.
 * @returns how many were signed
 */
export async function signOlderVersions(ports: Ports, signal: AbortSignal): Promise<number> {
  const { knex, keys } = ports
  const current = await keys.current()
  if (!current.signsOlder) return 0
  const trusted = (await keys.trusted()).map(({ keyid }) => keyid)
  let signed = 0
  for (let after: UnsignedVersion | undefined; !signal.aborted; ) {
    const batch = await listUnsigned(knex, trusted, after, BATCH)
    after = batch.at(-1)
    if (after === undefined) {
      await keys.finishOlder(current.keyid)
      return signed
    }
    for (const [name, versions] of Map.groupBy(batch, (one) => one.name)) {
      signed += await knex.transaction((trx) => signSome(trx, ports, name, versions))
    }
  }
  return signed
}

/**
 * Signs one of them now, for whoever cannot wait until its turn comes.
 * @returns whether it is signed by now, by whomever
 */
export async function signOlderVersion(
  ports: Ports,
  name: string,
  version: string,
): Promise<boolean> {
  const { knex, keys } = ports
  if (!(await keys.current()).signsOlder) return false
  const trusted = (await keys.trusted()).map(({ keyid }) => keyid)
  const found = await findUnsigned(knex, trusted, name, version)
  if (found === undefined) return true
  return (await knex.transaction((trx) => signSome(trx, ports, name, [found]))) === 1
}

async function signSome(
  trx: Knex.Transaction,
  { contents, keys, now, randomBytes, log }: Ports,
  name: string,
  versions: readonly UnsignedVersion[],
): Promise<number> {
  let signed = 0
  const head = await lockHead(trx, parsePackageName(name).full)
  for (const { tarballSha256, authorKey, publishedAt, ...one } of versions) {
    const bytes = await contents.get(tarballSha256).catch(() => undefined)
    const isIntact = bytes !== undefined && (await digestsOf(bytes)).integrity === one.integrity
    if (!isIntact) {
      log.warn({ name, version: one.version }, 'a version is not signed: its bytes are damaged')
      continue
    }
    const publicKey = authorKey === null ? undefined : await findPublicKey(trx, authorKey)
    const author =
      authorKey === null || publicKey === undefined ? null : { keyid: authorKey, publicKey }
    const passed = await findPassedReview(trx, name, one.version)
    const { integrity } = one
    // Of a version that was signed, an approval that nobody had signed did not count.
    const wasSigned = (await findReleased(trx, name, one.version))?.release != null
    const again = (by: 'registry' | 'nobody') => by === 'registry' || !wasSigned
    const review =
      passed === undefined
        ? null
        : await signedReview(trx, keys, { review: passed, integrity }, again)
    const release = { ...one, author, review, publishedAt: publishedAt.getTime() }
    await setSigned(trx, one, await keys.sign(trx, release))
    signed += 1
  }
  // Signatures are in the packument: whoever has it in a cache asks again.
  const rev = nextRevision(head?.rev, randomBytes(REVISION_BYTES))
  await setRevision(trx, { name, rev, at: new Date(now()) })
  return signed
}
