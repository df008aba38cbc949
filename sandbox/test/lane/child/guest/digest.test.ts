import { createHash } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../../../sdk/test/seeded-check.ts'
import { Digest } from '../../../../src/lane/child/guest/digest.ts'
import { capturePrimordials } from '../../../../src/lane/child/guest/primordials.ts'
import { utf8Bytes } from '../../../../src/lane/child/guest/utf8.ts'

const p = capturePrimordials()
const digest = new Digest(p)
const algorithms = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const
const expected = (algorithm: string, bytes: Uint8Array) =>
  createHash(algorithm.replace('-', '')).update(bytes).digest('hex')

for (const algorithm of algorithms) {
  t.test(`${algorithm} is what node:crypto says, at every length around a block`, async (t) => {
    for (let length = 0; length <= 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 73 + length) & 255)
      if (digest.hex(algorithm, bytes) !== expected(algorithm, bytes)) t.fail(`length ${length}`)
    }
  })
  t.test(`${algorithm} is what node:crypto says of any bytes`, async () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        return digest.hex(algorithm, bytes) === expected(algorithm, bytes)
      }),
      { numRuns: 50 },
    )
  })
}

t.test('other algorithms are not there', async (t) => {
  t.equal(digest.hex('MD5', new Uint8Array()), undefined)
})

t.test('text becomes the bytes that Node makes of it, halves of surrogate pairs too', async () => {
  const unit = fc.oneof(fc.integer({ min: 0xd700, max: 0xe100 }), fc.nat(0xffff), fc.nat(0x7f))
  const text = fc.array(unit).map((units) => String.fromCharCode(...units))
  fc.assert(fc.property(text, (given) => Buffer.from(given).equals(utf8Bytes(p, given))))
})
