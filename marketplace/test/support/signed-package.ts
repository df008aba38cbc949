import type { KeyObject } from 'node:crypto'
import { SIGNATURE_FILE, sha512Of, signPackage } from '@signalbox/sdk/trust/package-signature'
import type { PackageSpec } from './plugin-package.ts'

/** A package with its author's signature, as `signalbox sign` leaves it. */
export function signedPackage(
  spec: PackageSpec,
  files: Readonly<Record<string, string>>,
  privateKey: KeyObject,
  at = Date.now(),
): Record<string, string> {
  const digests = new Map(
    Object.entries(files).map(([path, text]) => [path, sha512Of(Buffer.from(text))]),
  )
  return { ...files, [SIGNATURE_FILE]: signPackage({ ...spec, files: digests }, at, privateKey) }
}
