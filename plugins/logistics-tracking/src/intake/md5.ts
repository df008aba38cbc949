const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const

/** RFC 1321, in lower-case hexadecimal. For what senders sign by it; it protects nothing else. */
export function md5(text: string): string {
  const bytes = padded(new TextEncoder().encode(text))
  const words = new DataView(bytes.buffer)
  let state: readonly [number, number, number, number] = [
    0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
  ]
  for (let block = 0; block < bytes.length; block += 64) state = compress(state, words, block)
  return state.map(littleEndianHex).join('')
}

function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((bytes.length + 9) / 64) * 64
  const all = new Uint8Array(length)
  all.set(bytes)
  all[bytes.length] = 0x80
  const view = new DataView(all.buffer)
  view.setUint32(length - 8, (bytes.length * 8) >>> 0, true)
  view.setUint32(length - 4, Math.floor(bytes.length / 2 ** 29), true)
  return all
}

function compress(
  [a0, b0, c0, d0]: readonly [number, number, number, number],
  words: DataView,
  block: number,
): readonly [number, number, number, number] {
  let [a, b, c, d] = [a0, b0, c0, d0]
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4
    const { mix, word } = step(round, i, b, c, d)
    const constant = Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32)
    const sum = (a + mix + constant + words.getUint32(block + word * 4, true)) | 0
    const shift = SHIFTS[round]?.[i % 4] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
  }
  return [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0]
}

function step(round: number, i: number, b: number, c: number, d: number) {
  if (round === 0) return { mix: (b & c) | (~b & d), word: i }
  if (round === 1) return { mix: (d & b) | (~d & c), word: (5 * i + 1) % 16 }
  if (round === 2) return { mix: b ^ c ^ d, word: (3 * i + 5) % 16 }
  return { mix: c ^ (b | ~d), word: (7 * i) % 16 }
}

function littleEndianHex(word: number): string {
  return [0, 8, 16, 24]
    .map((shift) => ((word >>> shift) & 0xff).toString(16).padStart(2, '0'))
    .join('')
}
