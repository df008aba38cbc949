import { inspectPackage } from '@signalbox/sandbox'
import { trustedKeys } from '@signalbox/sdk/trust/key-succession'
import { readBundle, verifyBundle } from '@signalbox/sdk/trust/offline-bundle'
import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import { authorFault, type Release } from '@signalbox/sdk/trust/release-statement'
import { verifyVersion } from '@signalbox/sdk/trust/version-chain'
import { coreErrors } from '../../errors.ts'
import type { HostClient } from '../host-client.ts'
import { releaseOf, verifyingKeys } from '../marketplace-bundle.ts'

/** A version each of whose links held. */
export interface VerifiedPackage {
  readonly name: string
  readonly version: string
  readonly integrity: string
  readonly marketplace: string
  /** The registry's key that signed it. */
  readonly registryKey: string
  readonly publisher: string
  readonly publishedAt: Date
  readonly approvedBy: readonly string[]
  /** The author's key, by which every file is signed; null: he signed none. */
  readonly authorKey: string | null
  readonly files: number
}

/**
 * Every version of an offline bundle: the registry's words by keys that follow from the pinned ones, then each package's
 * files by the author's key that the registry names. Nothing of it asks a network.
 * @param pinned fingerprints of registry keys
 * @throws CORE_BUNDLE_REFUSED, CORE_SIGNATURE_INVALID, SBX_PACKAGE_SIGNATURE_INVALID and what else an inspection refuses
 */
export async function verifyBundleFile(
  bytes: Buffer,
  pinned: ReadonlySet<string>,
): Promise<readonly VerifiedPackage[]> {
  const read = readBundle(bytes)
  if (!read.ok) throw coreErrors.create('BUNDLE_REFUSED', { reason: read.reason })
  const verdict = verifyBundle(read.bundle, pinned)
  if (!verdict.ok) throw coreErrors.create('BUNDLE_REFUSED', { reason: verdict.reason })
  const shown: VerifiedPackage[] = []
  for (const { tarball, signature, said } of verdict.verified.versions) {
    shown.push(await verifyFiles(tarball, said, signature.keyid))
  }
  return shown
}

/**
 * A tarball against what the marketplace of a host says of that name and version; of one that it mirrors, what the
 * marketplace says that it comes from.
 * @throws CORE_SIGNATURE_INVALID, SBX_PACKAGE_SIGNATURE_INVALID and what else an inspection refuses
 */
export async function verifyTarball(
  client: Pick<HostClient, 'request'>,
  tarball: Buffer,
  pinned: ReadonlySet<string>,
): Promise<VerifiedPackage> {
  const { packageJson } = await inspectPackage(tarball, undefined)
  const [name, version] = [String(packageJson['name']), String(packageJson['version'])]
  const trusted = trustedKeys(pinned, await verifyingKeys(client), 'p256')
  const { signature, release } = await releaseOf(client, { name, version })
  const signed = { name, version, integrity: integrityOf(tarball) }
  const verdict = verifyVersion(signed, { signature, release }, (keyid) => trusted.get(keyid))
  if (!verdict.ok) {
    throw coreErrors.create('SIGNATURE_INVALID', { plugin: name, version, reason: verdict.reason })
  }
  return verifyFiles(tarball, verdict.release, signature.keyid)
}

async function verifyFiles(
  tarball: Buffer,
  said: Release,
  registryKey: string,
): Promise<VerifiedPackage> {
  const { name, version, integrity, publisher, marketplace, author } = said
  const signers = author === null ? undefined : [author.publicKey]
  const expected = { name, version, ...(signers === undefined ? {} : { signers }) }
  const { files, author: signature } = await inspectPackage(tarball, expected)
  const reason = authorFault(said, signature)
  if (reason !== undefined) {
    throw coreErrors.create('SIGNATURE_INVALID', { plugin: name, version, reason })
  }
  return {
    ...{ name, version, integrity, marketplace, registryKey, publisher },
    publishedAt: new Date(said.publishedAt),
    approvedBy: (said.review?.approvals ?? []).map(({ reviewer }) => reviewer),
    authorKey: author?.keyid ?? null,
    files: files.length,
  }
}
