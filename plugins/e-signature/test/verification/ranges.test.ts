import t from 'tap'
import type { FaultCode } from '../../src/verification/faults.ts'
import { Pki, profiles } from '../support/pki.ts'
import { contract, makePdf, sign } from './pdf-maker.ts'
import { verified } from './verified.ts'

const pki = await Pki.start(t)
const signer = { kind: 'p256', extensions: profiles.signer, by: 'inter' } as const
await pki.issue('alice', { ...signer, subject: '/CN=Alice' })
const anchors = [await pki.certificate('root')]
const base = makePdf(contract)
const one = await sign(base, pki, { field: 6, value: 20 })

const wrong: readonly (readonly [string, (file: Buffer) => void, FaultCode])[] = [
  [
    'the second range begins within the first',
    (file) => setRange(file, ([, , b = 0, c = 0]) => [0, b + 10, b, c]),
    'BYTE_RANGE_OVERLAPS',
  ],
  [
    'the first range begins later',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [5, a - 5, b, c]),
    'BYTE_RANGE_MALFORMED',
  ],
  [
    'the gap is larger than the contents',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a - 9, b, c]),
    'BYTE_RANGE_GAP',
  ],
  [
    'the gap is smaller than the contents',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a + 1, b, c]),
    'BYTE_RANGE_GAP',
  ],
  [
    'the range ends beyond the file',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a, b, c + 9]),
    'BYTE_RANGE_BEYOND_FILE',
  ],
  [
    'the range ends within the revision',
    (file) => setRange(file, ([, a = 0, b = 0, c = 0]) => [0, a, b, c - 9]),
    'REVISION_WITHOUT_END',
  ],
  [
    'there is no range',
    (file) => file.write('/ByteRang_', file.lastIndexOf('/ByteRange'), 'latin1'),
    'BYTE_RANGE_MISSING',
  ],
  [
    'the contents are of another case in part',
    (file) => file.write('A', file.indexOf('a', file.lastIndexOf('/Contents <') + 11), 'latin1'),
    'CONTENTS_NOT_HEX',
  ],
  [
    'the contents have no hexadecimal digits',
    (file) => file.write('zz', file.lastIndexOf('/Contents <') + 20, 'latin1'),
    'CONTENTS_NOT_HEX',
  ],
  [
    'the room behind the value is filled',
    (file) => file.write('ff', file.lastIndexOf('/Contents <') + 6000, 'latin1'),
    'CMS_DATA_AFTER',
  ],
  [
    'the kind is one that is not verified',
    (file) => file.write('ETSI.CAdES.detachex', file.lastIndexOf('ETSI.CAdES'), 'latin1'),
    'SUBFILTER_UNSUPPORTED',
  ],
  [
    'a signed byte is changed',
    (file) => file.write('9', file.indexOf('1000 yuan'), 'latin1'),
    'DIGEST_MISMATCH',
  ],
]

function setRange(file: Buffer, change: (range: number[]) => number[]): void {
  const at = file.lastIndexOf('/ByteRange [') + 12
  const end = file.indexOf(']', at)
  const range = file.subarray(at, end).toString('latin1').trim().split(/\s+/).map(Number)
  file.write(
    change(range)
      .join(' ')
      .padEnd(end - at),
    at,
    'latin1',
  )
}

t.test(
  'a signature that does not cover just the file without its own value is not intact',
  async (t) => {
    for (const [name, change, fault] of wrong) {
      const file = Buffer.from(one)
      change(file)
      const [signature] = verified(file, anchors).signatures
      t.ok(signature?.faults.includes(fault), `${name}: ${signature?.faults.join()}`)
      if (fault !== 'CMS_DATA_AFTER') t.equal(signature?.intact, false, name)
    }
    const widened = await sign(base, pki, { field: 6, value: 20, widen: 400 })
    t.match(verified(widened, anchors).signatures, [{ intact: false, faults: ['BYTE_RANGE_GAP'] }])
  },
)

t.test('a value with two signers, or none that is known, is not taken', async (t) => {
  const twice = await sign(base, pki, {
    field: 6,
    value: 20,
    container: (der) => withTwoSigners(der),
  })
  t.match(verified(twice, anchors).signatures, [{ intact: false, faults: ['SEVERAL_SIGNERS'] }])
})

/** SignedData ends with the set of its signers: it is put there twice, with all lengths of DER anew. */
function withTwoSigners(der: Uint8Array): Uint8Array {
  const bytes = Buffer.from(der)
  const children = (start: number, end: number): Buffer[] => {
    const found: Buffer[] = []
    for (let at = start; at < end; ) {
      const [head, length] = sizeAt(bytes, at)
      found.push(bytes.subarray(at, at + head + length))
      at += head + length
    }
    return found
  }
  const wrap = (tag: number, body: Buffer) =>
    Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 255]), body])
  const [outer] = sizeAt(bytes, 0)
  const [type, tagged] = children(outer, bytes.length) as [Buffer, Buffer]
  const start = tagged.byteOffset - bytes.byteOffset
  const [head] = sizeAt(bytes, start)
  const [inner] = sizeAt(bytes, start + head)
  const parts = children(start + head + inner, bytes.length)
  const signers = parts.pop() as Buffer
  const [own] = sizeAt(signers, 0)
  const both = wrap(0x31, Buffer.concat([signers.subarray(own), signers.subarray(own)]))
  return wrap(0x30, Buffer.concat([type, wrap(0xa0, wrap(0x30, Buffer.concat([...parts, both])))]))
}

function sizeAt(bytes: Buffer, at: number): [head: number, length: number] {
  const first = bytes[at + 1] ?? 0
  if (first < 0x80) return [2, first]
  return [2 + (first & 0x7f), bytes.readUIntBE(at + 2, first & 0x7f)]
}
