import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  FIRST_KIND_OF_BYTES,
  type Frame,
  FrameReader,
  FrameWriter,
} from '../../src/lane/wire/frame.ts'

const MAX = 1024 * 1024

t.test('frames come out as they went in, however the bytes are cut', async (t) => {
  const u32 = fc.integer({ min: 0, max: 0xffffffff })
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  const kind = fc.integer({ min: 0, max: FIRST_KIND_OF_BYTES - 1 })
  const at = fc.double({ noNaN: true })
  const parts = { kind, id: u32, number: u32, at, text, payload: text }
  const frame = fc.record(parts, { noNullPrototype: true })
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
      (frames, cuts) => {
        const writer = new FrameWriter()
        for (const { kind, id, number, at, text, payload } of frames) {
          writer.add(kind, id, number, at, text, payload)
        }
        const bytes = writer.view()
        const read: Frame[] = []
        const reader = new FrameReader((frame) => read.push(frame), MAX)
        const shared = Buffer.alloc(64)
        for (let from = 0, n = 0; from < bytes.length; n++) {
          const size = Math.min(cuts[n % cuts.length] ?? 1, bytes.length - from)
          bytes.copy(shared, 0, from, from + size)
          reader.push(shared.subarray(0, size))
          from += size
        }
        const sizes = frames.map((frame) => Buffer.byteLength(frame.payload))
        t.strictSame(
          read,
          frames.map((frame, index) => ({
            ...frame,
            bytes: undefined,
            payloadBytes: sizes[index],
          })),
        )
      },
    ),
    { numRuns: 60, seed: 1 },
  )
})

t.test('a big frame grows the writer, and a view holds all of it', async (t) => {
  const writer = new FrameWriter()
  const payload = '预'.repeat(500_000)
  writer.add(1, 2, 3, 0, 'head', payload)
  writer.add(1, 3, 3, 0, '', 'next')
  const read: Frame[] = []
  new FrameReader((frame) => read.push(frame), 8 * MAX).push(writer.view())
  t.equal(read[0]?.payload, payload)
  t.equal(read[1]?.payload, 'next')
  writer.clear()
  t.equal(writer.length, 0)
})

t.test('a frame of bytes carries its parts one after the other, as they are', async (t) => {
  const part = fc.uint8Array({ maxLength: 200_000 })
  const writer = new FrameWriter()
  fc.assert(
    fc.property(fc.array(part, { maxLength: 3 }), fc.string(), (parts, text) => {
      writer.clear()
      writer.add(1, 1, 0, 0, '', 'before')
      const bytes = Buffer.concat(parts)
      writer.announce(FIRST_KIND_OF_BYTES, 2, 5, text, bytes.length)
      const before = Buffer.from(writer.view())
      writer.clear()
      writer.add(1, 3, 0, 0, '', 'behind')
      const read: Frame[] = []
      const keep = (frame: Frame) => {
        // What a frame lends is gone with the frame.
        const bytes = frame.bytes === undefined ? undefined : Buffer.from(frame.bytes)
        read.push({ ...frame, bytes })
      }
      const reader = new FrameReader(keep, MAX)
      for (const chunk of [before, bytes, Buffer.from(writer.view())]) reader.push(chunk)
      t.equal(read[0]?.payload, 'before')
      t.strictSame(read[1]?.bytes, bytes)
      t.match(read[1], { id: 2, at: 5, text, payload: '' })
      t.equal(read[2]?.payload, 'behind')
    }),
    { numRuns: 30, seed: 2 },
  )
})

t.test('bytes that are no frames, or too long ones, are refused', async (t) => {
  const reader = () => new FrameReader(() => undefined, MAX)
  t.throws(() => reader().push(Buffer.from('ffffffff00000000', 'hex')), RangeError, 'too long')
  t.throws(() => reader().push(Buffer.alloc(16)), RangeError, 'too short')
  const writer = new FrameWriter()
  writer.add(1, 2, 3, 0, 'text', '')
  const bytes = Buffer.from(writer.view())
  bytes.writeUInt32LE(0xffff, 8)
  t.throws(() => reader().push(bytes), RangeError, 'meta longer than the frame')
})
