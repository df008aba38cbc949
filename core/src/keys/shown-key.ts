import { kidOf } from './jwt/jwt-content.ts'
import type { KeyAlgorithm } from './key-algorithms.ts'
import { pemOf, publicJwk, spkiPem } from './key-pair.ts'
import type { KeyHead, KeyVersion, SigningKey } from './key-store.ts'

/** A key as its admin sees it; of its private half nothing is told, to nobody. */
export function shownHead({ id, algorithm, usages, policy, state, createdBy, createdAt }: KeyHead) {
  return { id, algorithm, usages, state, policy, createdBy, createdAt }
}

export function shownKey(key: SigningKey) {
  return { ...shownHead(key), versions: key.versions.map((version) => shownVersion(key, version)) }
}

export function shownVersion(
  { id, algorithm }: { readonly id: string; readonly algorithm: KeyAlgorithm },
  { version, spki, certificates, createdAt }: KeyVersion,
) {
  const publicHalf =
    spki === null
      ? {}
      : { publicKeyPem: spkiPem(spki), jwk: publicJwk(algorithm, spki, kidOf(id, version)) }
  return {
    version,
    createdAt,
    ...publicHalf,
    certificates: certificates.map((der) => pemOf('CERTIFICATE', der)),
  }
}
