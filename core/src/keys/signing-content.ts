import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import type { KeyUsage } from './key-algorithms.ts'
import type { KeyVersion } from './key-store.ts'

/** Something that the host has read or built, and is ready to sign. */
export interface SigningContent {
  /** The version of the key that signs it. */
  readonly version: KeyVersion
  /** What stands in the audit before the signature is made: what is signed, never what could stand in for it. */
  readonly detail: Readonly<Record<string, unknown>>
  /** @param secret the private half of that version. @returns the answer to the plugin */
  readonly sign: (secret: Buffer) => Promise<Readonly<Record<string, unknown>>>
}

export function contentRefusal(usage: KeyUsage, reason: string): CodedError {
  return coreErrors.create('SIGNED_CONTENT_REFUSED', { usage, reason })
}

/** The version that signs where no certificate has to vouch for it. */
export function newestVersion(versions: readonly KeyVersion[]): KeyVersion {
  const [newest] = versions
  if (newest === undefined) throw new Error('a key has no version')
  return newest
}
