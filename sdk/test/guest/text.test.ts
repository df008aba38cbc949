import t from 'tap'
import { atob as guestAtob, btoa as guestBtoa } from '../../src/guest/base64.ts'
import { byteMethods, fromBase64, fromHex } from '../../src/guest/byte-text.ts'
import { TextDecoder as GuestDecoder } from '../../src/guest/text-decoder.ts'
import { TextEncoder as GuestEncoder } from '../../src/guest/text-encoder.ts'
import { fc } from '../seeded-check.ts'

const told = (make: () => unknown): unknown => {
  try {
    return make()
  } catch (error) {
    return (error as Error).name
  }
}

const units = fc
  .array(fc.oneof(fc.integer({ min: 0xd700, max: 0xe100 }), fc.nat(0xffff), fc.nat(0x7f)))
  .map((some) => String.fromCharCode(...some))
/** Bytes that are nearly UTF-8: the ends of all ranges of its first and following bytes. */
const edges = [0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0]
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .array(fc.constantFrom(...edges, 0xe1, 0xed, 0xef, 0xbb, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0xfe))
    .map((some) => Uint8Array.from(some)),
)

t.test('text is encoded as in Node, as far as there is room', async () => {
  const encoder = new GuestEncoder()
  fc.assert(
    fc.property(units, fc.nat(40), (text, room) => {
      const [ours, nodes] = [new Uint8Array(room), new Uint8Array(room)]
      const read = encoder.encodeInto(text, ours)
      const nodesRead = new TextEncoder().encodeInto(text, nodes)
      return (
        Buffer.from(encoder.encode(text)).equals(Buffer.from(text)) &&
        Buffer.from(ours).equals(nodes) &&
        read.read === nodesRead.read &&
        read.written === nodesRead.written
      )
    }),
    { numRuns: 600 },
  )
})

for (const label of ['utf-8', 'utf-16le', 'utf-16be', 'latin1']) {
  t.test(`${label} is decoded as in Node, in one piece and in many`, async () => {
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(40), { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (all, at, fatal, ignoreBOM) => {
          const cuts = [
            0,
            ...at.map((one) => Math.min(one, all.length)).sort((a, b) => a - b),
            all.length,
          ]
          const decode = (decoder: Pick<GuestDecoder, 'decode'>) =>
            cuts.slice(1).map((end, index) => {
              const stream = index < cuts.length - 2
              return told(() => decoder.decode(all.subarray(cuts[index], end), { stream }))
            })
          const ours = decode(new GuestDecoder(label, { fatal, ignoreBOM }))
          const nodes = decode(new TextDecoder(label, { fatal, ignoreBOM }) as never)
          // After an error a decoder may be anywhere.
          const end = nodes.indexOf('TypeError')
          const seen = end < 0 ? undefined : end + 1
          return JSON.stringify(ours.slice(0, seen)) === JSON.stringify(nodes.slice(0, seen))
        },
      ),
      { numRuns: 1500 },
    )
  })
}

t.test('labels are those of the standard, and others a RangeError', async (t) => {
  for (const label of [
    'UTF8',
    ' utf-8\n',
    'unicode',
    'ascii',
    'iso-8859-1',
    'windows-1252',
    'utf-16',
  ]) {
    t.equal(new GuestDecoder(label).encoding, new TextDecoder(label).encoding, label)
  }
  t.equal(
    told(() => new GuestDecoder('shift_jis')),
    'RangeError',
  )
  t.equal(
    told(() => new GuestDecoder('')),
    'RangeError',
  )
})

t.test('btoa and atob are those of Node', async () => {
  const almost = fc
    .array(fc.constantFrom('A', 'b', '/', '+', '=', ' ', '\n', '-', 'é', 'Zm9v'))
    .map((some) => some.join(''))
  fc.assert(
    fc.property(units, units, almost, (wide, text, encoded) => {
      const latin = Buffer.from(text).toString('latin1')
      return (
        [wide, text, latin].every((one) => told(() => guestBtoa(one)) === told(() => btoa(one))) &&
        [encoded, wide, btoa(latin)].every(
          (one) => told(() => guestAtob(one)) === told(() => atob(one)),
        )
      )
    }),
    { numRuns: 1500 },
  )
})

t.test('bytes become text and come back', async () => {
  const { toBase64, toHex, setFromHex } = byteMethods
  fc.assert(
    fc.property(bytes, (given) => {
      const buffer = Buffer.from(given)
      const url = toBase64.call(given, { alphabet: 'base64url', omitPadding: true })
      const copy = new Uint8Array(given.length)
      setFromHex.call(copy, buffer.toString('hex'))
      return (
        toBase64.call(given) === buffer.toString('base64') &&
        url === buffer.toString('base64url') &&
        toHex.call(given) === buffer.toString('hex') &&
        buffer.equals(fromBase64(buffer.toString('base64'))) &&
        buffer.equals(fromBase64(url, { alphabet: 'base64url' })) &&
        buffer.equals(fromHex(buffer.toString('hex'))) &&
        buffer.equals(copy)
      )
    }),
  )
})

/** From the examples of the proposal. */
const cases: readonly (readonly [text: string, options: object, expected: unknown])[] = [
  ['Zg==', {}, [102]],
  ['Zg', {}, [102]],
  [' Z g = = ', {}, [102]],
  ['Zg=', {}, 'SyntaxError'],
  ['Zg===', {}, 'SyntaxError'],
  ['Z', {}, 'SyntaxError'],
  ['Zg==Zg==', {}, 'SyntaxError'],
  ['Zm9v+/', {}, [102, 111, 111, 251]],
  ['Zm9v-_', {}, 'SyntaxError'],
  ['Zg', { lastChunkHandling: 'strict' }, 'SyntaxError'],
  ['Zh==', { lastChunkHandling: 'strict' }, 'SyntaxError'],
  ['Zg==', { lastChunkHandling: 'strict' }, [102]],
  ['Zm9vZg', { lastChunkHandling: 'stop-before-partial' }, [102, 111, 111]],
  ['Zm9vZg=', { lastChunkHandling: 'stop-before-partial' }, [102, 111, 111]],
  ['Zm9vZg==', { lastChunkHandling: 'stop-before-partial' }, [102, 111, 111, 102]],
  ['Zm9v', { alphabet: 'base32' }, 'TypeError'],
]

t.test('base64 is read as ECMAScript says', async (t) => {
  for (const [text, options, expected] of cases) {
    const seen = told(() => [...fromBase64(text, options)])
    t.same(seen, expected, JSON.stringify([text, options]))
  }
  const three = new Uint8Array(4)
  t.same(byteMethods.setFromBase64.call(three, 'Zm9vYmFy'), { read: 4, written: 3 })
})
