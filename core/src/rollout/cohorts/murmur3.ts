/**
 * MurmurHash3_x86_32 with seed 0 (Austin Appleby, public domain, SMHasher) over the UTF-8 bytes of a text.
 * Packages that hash UTF-16 units differ from the reference for every text outside ASCII, and one maps
 * 20,000 keys of one Chinese character to 256 hashes.
 */
export function murmur3(text: string): number {
  const bytes = utf8(text)
  const { length } = bytes
  const whole = length - (length % 4)
  let hash = 0
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(littleEndian(bytes, at, 4))
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  if (whole < length) hash ^= scramble(littleEndian(bytes, whole, length - whole))
  hash ^= length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

function littleEndian(bytes: Uint8Array, from: number, count: number): number {
  let value = 0
  for (let index = 0; index < count; index++) {
    value |= (bytes[from + index] as number) << (8 * index)
  }
  return value
}

const encoder = new TextEncoder()
/** Keys are short: encoding into a kept buffer saves an allocation a request. */
const scratch = new Uint8Array(768)

/** Valid until the next call. A lone surrogate becomes U+FFFD, on every node alike. */
function utf8(text: string): Uint8Array {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 > scratch.length) return encoder.encode(text)
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written)
}
