import { createCipheriv } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../../../sdk/test/seeded-check.ts'
import { capturePrimordials } from '../../../../src/lane/child/guest/primordials.ts'
import { GuestRandom } from '../../../../src/lane/child/guest/random.ts'

const p = capturePrimordials()
const seeds = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes))
const randomOf = (seed: Buffer) => new GuestRandom(p, seed.toString('base64url'))

/** What node:crypto says the key stream of a domain is. */
function keyStream(seed: Buffer, domain: number, length: number): Buffer {
  const nonce = Buffer.alloc(16)
  nonce.writeUInt32LE(domain, 4)
  const cipher = createCipheriv('chacha20', Buffer.concat([seed, seed]), nonce)
  return cipher.update(Buffer.alloc(length))
}

t.test('the bytes are ChaCha20 under the seed, however they are asked for', async () => {
  fc.assert(
    fc.property(seeds, fc.array(fc.nat(200), { maxLength: 6 }), (seed, sizes) => {
      const random = randomOf(seed)
      const parts = sizes.map((size) => new Uint8Array(size))
      for (const part of parts) random.fill(part)
      const bytes = Buffer.concat(parts)
      return bytes.equals(keyStream(seed, 2, bytes.length))
    }),
    { numRuns: 60 },
  )
})

t.test('numbers are xoshiro128** as published, seeded from a domain of its own', async () => {
  const rotated = (word: number, bits: number) => ((word << bits) | (word >>> (32 - bits))) >>> 0
  fc.assert(
    fc.property(seeds, (seed) => {
      const s = new Uint32Array(4)
      const start = keyStream(seed, 1, 16)
      for (let index = 0; index < 4; index++) s[index] = start.readUInt32LE(index * 4)
      const next = (): number => {
        const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s
        const result = Math.imul(rotated(Math.imul(s1, 5) >>> 0, 7), 9) >>> 0
        const [t2, t3] = [s2 ^ s0, s3 ^ s1]
        s.set([s0 ^ t3, s1 ^ t2, t2 ^ (s1 << 9), rotated(t3 >>> 0, 11)])
        return result
      }
      const random = randomOf(seed)
      for (let index = 0; index < 50; index++) {
        const [high, low] = [next() >>> 5, next() >>> 6]
        if (random.number() !== (high * 2 ** 26 + low) / 2 ** 53) return false
      }
      return true
    }),
    { numRuns: 40 },
  )
})

t.test('numbers lie evenly between 0 and 1', async (t) => {
  const random = randomOf(Buffer.from('a seed of a call'))
  const buckets = new Array<number>(16).fill(0)
  for (let index = 0; index < 16_000; index++) {
    const number = random.number()
    if (number < 0 || number >= 1) t.fail(`${number}`)
    const bucket = Math.floor(number * 16)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  // Chi squared with 15 degrees of freedom; 45 is exceeded once in 13,000 seeds, and this is one fixed seed.
  const spread = buckets.reduce((sum, seen) => sum + (seen - 1000) ** 2 / 1000, 0)
  t.ok(spread < 45, `${spread}`)
})
