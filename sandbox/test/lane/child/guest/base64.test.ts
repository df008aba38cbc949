import t from 'tap'
import { fc } from '../../../../../sdk/test/seeded-check.ts'
import { base64Of, bytesOfBase64 } from '../../../../src/lane/child/guest/base64.ts'
import { givenBytes } from '../../../../src/lane/child/guest/bytes.ts'
import { guestLimits } from '../../../../src/lane/child/guest/guest-limits.ts'
import { capturePrimordials } from '../../../../src/lane/child/guest/primordials.ts'

const p = capturePrimordials()

t.test('bytes of every length go to the base64 of Node and come back', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = base64Of(p, bytes)
      const isSame = text === Buffer.from(bytes).toString('base64')
      return isSame && Buffer.from(bytes).equals(bytesOfBase64(p, text))
    }),
  )
})

t.test('the largest piece fits a message, with room for what stands around it', async (t) => {
  const bytes = Uint8Array.from({ length: guestLimits.partBytes }, (_, index) => index * 7)
  const text = base64Of(p, bytes)
  t.ok(text.length < guestLimits.messageLength - 10_000)
  t.ok(Buffer.from(bytes).equals(bytesOfBase64(p, text)))
})

t.test('a text that is no base64 gives some bytes, and no error', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => bytesOfBase64(p, text).length >= 0),
  )
})

t.test('typed arrays give what they show of their memory, whatever their kind', async (t) => {
  const memory = Uint8Array.from({ length: 32 }, (_, index) => index).buffer
  const views = [
    new Uint8Array(memory, 3, 5),
    new Uint8ClampedArray(memory, 1, 2),
    new Int16Array(memory, 2, 3),
    new Float64Array(memory, 8, 2),
    new BigUint64Array(memory, 16),
  ]
  for (const view of views) {
    const { byteOffset, byteLength } = view
    const shown = Buffer.from(memory, byteOffset, byteLength)
    t.ok(shown.equals(givenBytes(p, view)), view.constructor.name)
  }
  t.ok(Buffer.from('汉字').equals(givenBytes(p, '汉字')))
})

t.test(
  'memory that another may change or take away is refused, and what only looks like bytes',
  async (t) => {
    const gone = new ArrayBuffer(8)
    const overGone = new Uint8Array(gone)
    gone.transfer()
    const growing = new ArrayBuffer(8, { maxByteLength: 16 })
    class Child extends Uint8Array {
      override get buffer(): ArrayBuffer {
        throw new Error('never asked')
      }
    }
    const refused = [
      overGone,
      new Uint8Array(growing),
      new Uint8Array(growing, 0, 4),
      new Uint8Array(new SharedArrayBuffer(8)),
      new Proxy(new Uint8Array(8), {}),
      Object.create(Uint8Array.prototype),
      new DataView(new ArrayBuffer(8)),
      new ArrayBuffer(8),
      { length: 2, byteLength: 2, byteOffset: 0, buffer: new ArrayBuffer(2) },
      [1, 2],
      null,
      undefined,
      7,
      Symbol('bytes'),
    ]
    for (const value of refused) t.throws(() => givenBytes(p, value), TypeError)
    t.same([...givenBytes(p, new Child([1, 2]))], [1, 2], 'a getter of its own is not asked')
  },
)
