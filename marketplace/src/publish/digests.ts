import { webcrypto } from 'node:crypto'

export interface Digests {
  /** Subresource integrity, `sha512-<base64>`: what npm verifies an installed tarball with. */
  readonly integrity: string
  /** SHA-1 in hex, for clients that still look at `dist.shasum`. */
  readonly shasum: string
}

/** Web crypto hashes on the thread pool: 20 MB of SHA-512 on the main thread would stall every request. */
export async function digestsOf(bytes: Buffer): Promise<Digests> {
  const view = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
  const [sha512, sha1] = await Promise.all([
    webcrypto.subtle.digest('SHA-512', view),
    webcrypto.subtle.digest('SHA-1', view),
  ])
  return {
    integrity: `sha512-${Buffer.from(sha512).toString('base64')}`,
    shasum: Buffer.from(sha1).toString('hex'),
  }
}
