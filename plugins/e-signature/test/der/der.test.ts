import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { equalBytes, fromHex, toHex } from '../../src/der/bytes.ts'
import { Fields } from '../../src/der/fields.ts'
import { type DerNode, readBer, readDer } from '../../src/der/read-der.ts'
import { toDer } from '../../src/der/to-der.ts'
import {
  integerOf,
  namedBitsOf,
  octetStringOf,
  oidOf,
  serialOf,
  textOf,
  timeOf,
} from '../../src/der/values.ts'
import {
  bitString,
  boolean,
  context,
  derOf,
  generalizedTime,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  utf8String,
} from '../../src/der/write-der.ts'

const oid = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.nat(39), fc.array(fc.bigInt(0n, 1n << 40n), { maxLength: 6 }))
  .map((arcs) => arcs.flat().join('.'))
const leaf = fc.oneof(
  fc.bigInt(-(1n << 300n), 1n << 300n).map(integer),
  fc.uint8Array({ maxLength: 300 }).map(octetString),
  fc.uint8Array().map(bitString),
  fc.boolean().map(boolean),
  fc.string({ unit: 'grapheme' }).map(utf8String),
  oid.map(objectIdentifier),
  fc.constant(nullValue()),
  fc.integer({ min: 0, max: 4_000_000_000_000 }).map(generalizedTime),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    leaf,
    fc.array(tie('value') as fc.Arbitrary<Uint8Array>).map((parts) => sequence(...parts)),
    fc.array(tie('value') as fc.Arbitrary<Uint8Array>).map((parts) => setOf(...parts)),
    fc
      .tuple(fc.nat(30), tie('value') as fc.Arbitrary<Uint8Array>)
      .map(([number, part]) => context(number, part)),
  ) as fc.Arbitrary<Uint8Array>,
}))

t.test('any DER that is written is read back, and is DER by the reader of BER, too', (t) => {
  fc.assert(
    fc.property(value, (bytes) => {
      const node = readDer(bytes)
      const { deviations, length } = readBer(bytes)
      return (
        equalBytes(node.bytes, bytes) &&
        equalBytes(toDer(node), bytes) &&
        deviations.length === 0 &&
        length === bytes.length
      )
    }),
    { numRuns: 300 },
  )
  t.end()
})

t.test('simple values are what was written', (t) => {
  const content = <T>(read: (node: DerNode) => T, bytes: Uint8Array) => read(readDer(bytes))
  fc.assert(
    fc.property(
      fc.bigInt(-(1n << 600n), 1n << 600n),
      (it) => content(integerOf, integer(it)) === it,
    ),
  )
  fc.assert(fc.property(oid, (it) => content(oidOf, objectIdentifier(it)) === it))
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (it) => content(textOf, utf8String(it)) === it),
  )
  const seconds = fc.integer({ min: -60_000_000_000, max: 200_000_000_000 })
  fc.assert(fc.property(seconds, (it) => content(timeOf, generalizedTime(it * 1000)) === it * 1000))
  t.strictSame([...content(namedBitsOf, fromHex('030205a0'))], [0, 2])
  t.equal(content(serialOf, integer(0x80)), '80')
  t.equal(toHex(content(octetStringOf, octetString(Uint8Array.of(1, 2)))), '0102')
  t.end()
})

t.test('times that do not exist, or are written otherwise, are refused', (t) => {
  const time = (tag: number, text: string) => () =>
    timeOf(readDer(Uint8Array.of(tag, text.length, ...Buffer.from(text))))
  t.equal(time(0x17, '491231235959Z')(), Date.UTC(2049, 11, 31, 23, 59, 59))
  t.equal(time(0x17, '500101000000Z')(), Date.UTC(1950, 0, 1))
  t.equal(time(0x18, '20260102030405.25Z')(), Date.UTC(2026, 0, 2, 3, 4, 5, 250))
  t.equal(time(0x18, '99991231235959Z')(), Date.UTC(9999, 11, 31, 23, 59, 59))
  for (const text of [
    '20260230000000Z',
    '20260101240000Z',
    '202601010000Z',
    '20260101000000+0100',
  ]) {
    t.throws(time(0x18, text), { code: 'DER_MALFORMED' }, text)
  }
  t.throws(time(0x17, '2601010000Z'), { code: 'DER_MALFORMED' })
  t.end()
})

t.test('what has a shorter encoding is no DER, but BER with the name of the fault', (t) => {
  const cases = [
    ['30800201010000', 'indefinite-length'],
    ['308103020101', 'long-length'],
    ['2403040101', 'constructed-string'],
    ['3106020102020101', 'unsorted-set'],
    ['02020001', 'loose-value'],
    ['010101', 'loose-value'],
    ['0603800101', 'loose-value'],
    ['03020101', 'loose-value'],
  ] as const
  for (const [hex, deviation] of cases) {
    t.throws(() => readDer(fromHex(hex)), { code: 'DER_MALFORMED' }, hex)
    t.strictSame(readBer(fromHex(hex)).deviations, [deviation], hex)
  }
  const pieces = readBer(fromHex('2480040201020401030000')).node
  t.equal(toHex(octetStringOf(pieces)), '010203')
  t.equal(toHex(toDer(pieces)), '0403010203')
  t.end()
})

t.test('any bytes are read or refused by a code', (t) => {
  const changed = fc
    .tuple(value, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }))
    .map(([bytes, flips]) => {
      const copy = Uint8Array.from(bytes)
      for (const [at, mask] of flips) {
        const index = at % copy.length
        copy[index] = (copy[index] ?? 0) ^ mask
      }
      return copy
    })
  const isCoded = (read: () => unknown) => {
    try {
      read()
      return true
    } catch (error) {
      return String((error as { code?: string }).code).startsWith('DER_')
    }
  }
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      return isCoded(() => readDer(bytes)) && isCoded(() => toDer(readBer(bytes).node))
    }),
    { numRuns: 1000 },
  )
  t.end()
})

t.test('depth, size and number of values are bounded', (t) => {
  let deep: Uint8Array = integer(1)
  for (let depth = 0; depth < 40; depth++) deep = sequence(deep)
  t.throws(() => readDer(deep), { code: 'DER_TOO_DEEP' })
  const wide = sequence(...Array.from({ length: 100 }, () => nullValue()))
  t.throws(() => readDer(wide, { maxValues: 50 }), { code: 'DER_TOO_LARGE' })
  t.throws(() => readDer(wide, { maxBytes: 50 }), { code: 'DER_TOO_LARGE' })
  t.throws(() => readDer(fromHex('02010100')), { code: 'DER_MALFORMED' }, 'bytes follow')
  t.throws(() => readDer(fromHex('1f8101')), { code: 'DER_MALFORMED' }, 'a high tag')
  const parts = Array.from({ length: 200_000 }, () => octetString(Uint8Array.of(1)))
  const { node } = readBer(derOf(0x24, parts))
  t.equal(octetStringOf(node).length, 200_000, 'and many pieces are no more than many')
  t.equal(toDer(node).length, 200_005)
  const fields = new Fields(readDer(sequence(integer(1))))
  t.throws(() => fields.end(), { code: 'DER_MALFORMED' })
  fields.take()
  t.throws(() => fields.take(), { code: 'DER_MALFORMED' })
  t.end()
})
