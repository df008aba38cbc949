/**
 * SM3 (GB/T 32905-2016, GM/T 0004-2012, ISO/IEC 10118-3:2018): a digest of 256 bits over blocks of 512.
 */

const BLOCK_BYTES = 64
const START = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
] as const

/** T_j rotated by j, for the 64 rounds. */
const ROUND_CONSTANTS = Int32Array.from({ length: 64 }, (_, round) =>
  rotate(round < 16 ? 0x79cc4519 : 0x7a879d8a, round % 32),
)

export function sm3(message: Uint8Array): Uint8Array {
  const state = Int32Array.from(START)
  const words = new Int32Array(68)
  const tail = padded(message)
  const whole = message.length - (message.length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(state, words, message, at)
  for (let at = 0; at < tail.length; at += BLOCK_BYTES) compress(state, words, tail, at)
  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  for (let index = 0; index < 8; index++) view.setInt32(index * 4, state[index] ?? 0)
  return digest
}

/** What follows the whole blocks: the rest, a one bit, zeros, and the length in bits (§5.2). */
function padded(message: Uint8Array): Uint8Array {
  const rest = message.length % BLOCK_BYTES
  const tail = new Uint8Array(rest < BLOCK_BYTES - 8 ? BLOCK_BYTES : BLOCK_BYTES * 2)
  tail.set(message.subarray(message.length - rest))
  tail[rest] = 0x80
  const view = new DataView(tail.buffer)
  view.setUint32(tail.length - 8, Math.floor(message.length / 0x2000_0000))
  view.setUint32(tail.length - 4, (message.length * 8) % 0x1_0000_0000)
  return tail
}

/** Expansion and compression of one block (§5.3.2, §5.3.3). */
function compress(state: Int32Array, words: Int32Array, bytes: Uint8Array, at: number): void {
  expand(words, bytes, at)
  let [a, b, c, d, e, f, g, h] = state as unknown as StateWords
  for (let round = 0; round < 64; round++) {
    const word = words[round] as number
    const rotated = rotate(a, 12)
    const ss1 = rotate((rotated + e + (ROUND_CONSTANTS[round] as number)) | 0, 7)
    const ff = round < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = round < 16 ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + (ss1 ^ rotated) + (word ^ (words[round + 4] as number))) | 0
    const tt2 = (gg + h + ss1 + word) | 0
    d = c
    c = rotate(b, 9)
    b = a
    a = tt1
    h = g
    g = rotate(f, 19)
    f = e
    e = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17)
  }
  const after = [a, b, c, d, e, f, g, h]
  for (let index = 0; index < 8; index++) {
    state[index] = (state[index] as number) ^ (after[index] as number)
  }
}

type StateWords = [number, number, number, number, number, number, number, number]

function expand(words: Int32Array, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, BLOCK_BYTES)
  for (let index = 0; index < 16; index++) words[index] = view.getInt32(index * 4)
  const word = (index: number) => words[index] as number
  for (let index = 16; index < 68; index++) {
    const x = word(index - 16) ^ word(index - 9) ^ rotate(word(index - 3), 15)
    const mixed = x ^ rotate(x, 15) ^ rotate(x, 23)
    words[index] = mixed ^ rotate(word(index - 13), 7) ^ word(index - 6)
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
