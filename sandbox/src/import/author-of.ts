import { keyIdOf, publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import {
  type PackageSignature,
  SIGNATURE_FILE,
  sha512Of,
  verifyPackage,
} from '@signalbox/sdk/trust/package-signature'
import type { ExpectedPackage } from './check-package-json.ts'
import { PackageRefusal } from './package-refusal.ts'

/**
 * Who signed a package. When its key was good is for those to say who know of its revocation.
 * @returns null where it is not signed, or nobody said who may have
 * @throws PackageRefusal where a signature is there and is wrong: an author who signs wants that nothing else passes for his
 */
export function authorOf(
  files: ReadonlyMap<string, Buffer>,
  expected: ExpectedPackage | undefined,
): PackageSignature | null {
  const text = files.get(SIGNATURE_FILE)
  if (text === undefined || expected?.signers === undefined) return null
  const { name, version, signers } = expected
  const keys = new Map(
    signers.flatMap((signer) => {
      const key = publicKeyFrom(signer, 'ed25519')
      return key === undefined ? [] : [[keyIdOf(key), key] as const]
    }),
  )
  const digests = new Map([...files].map(([path, bytes]) => [path, sha512Of(bytes)]))
  const signed = { name, version, files: digests }
  const find = (keyid: string) => keys.get(keyid)
  const verdict = verifyPackage(text.toString('utf8'), signed, { kind: 'ed25519', find })
  if (verdict.ok) return verdict.signature
  const plugin = `${name}@${version}`
  throw new PackageRefusal('PACKAGE_SIGNATURE_INVALID', { plugin, reason: verdict.reason })
}
