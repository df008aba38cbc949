import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { type DigestName, digest } from '../algorithms/digests.ts'
import { concatBytes } from '../der/bytes.ts'
import type { SignedBytes } from './byte-range.ts'

interface Running {
  update(bytes: Uint8Array): Running
  digest(): Uint8Array
  clone(): Running
}

const running: Partial<Readonly<Record<DigestName, { create(): Running }>>> = {
  sha1,
  sha256,
  sha384,
  sha512,
}

export interface RangeRequest {
  readonly range: SignedBytes
  readonly by: DigestName
}

/**
 * The digests of many ranges of one file. Each begins at its start, so the file runs once through each hash: at the gap of a signature
 * the state is copied and goes on behind it. Fifty signatures cost one pass and their tails.
 */
export function rangeDigests(
  bytes: Uint8Array,
  requests: readonly RangeRequest[],
): Map<RangeRequest, Uint8Array> {
  const found = new Map<RangeRequest, Uint8Array>()
  for (const by of new Set(requests.map((request) => request.by))) {
    const all = requests.filter((request) => request.by === by)
    const ordered = all.toSorted((one, other) => one.range.gap - other.range.gap)
    const hash = running[by]?.create()
    let at = 0
    for (const request of ordered) {
      const { gap, rest, end } = request.range
      const tail = bytes.subarray(rest, end)
      if (hash === undefined) {
        found.set(request, digest(by, concatBytes(bytes.subarray(0, gap), tail)))
        continue
      }
      hash.update(bytes.subarray(at, gap))
      at = gap
      found.set(request, hash.clone().update(tail).digest())
    }
  }
  return found
}
