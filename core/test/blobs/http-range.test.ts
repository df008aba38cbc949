import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { askedRange, isKnown } from '../../src/blobs/http-range.ts'

const whole = { kind: 'whole' }
const none = { kind: 'unsatisfiable' }
const part = (start: number, end: number) => ({ kind: 'part', start, end })

t.test('one range is answered, cut off at the end', async (t) => {
  t.same(askedRange('bytes=0-0', 10), part(0, 1))
  t.same(askedRange('bytes=3-5', 10), part(3, 6))
  t.same(askedRange('bytes=3-', 10), part(3, 10))
  t.same(askedRange('bytes=-3', 10), part(7, 10))
  t.same(askedRange('bytes=-30', 10), part(0, 10))
  t.same(askedRange('bytes=9-99', 10), part(9, 10))
  t.same(askedRange('BYTES=1-2', 10), part(1, 3))
})

t.test('numbers beyond all bounds are only beyond the end', async (t) => {
  const huge = '9'.repeat(400)
  t.same(askedRange(`bytes=2-${huge}`, 10), part(2, 10))
  t.same(askedRange(`bytes=-${huge}`, 10), part(0, 10))
  t.same(askedRange(`bytes=${huge}-`, 10), none)
  t.same(askedRange(`bytes=${huge}-${huge}`, 10), none)
  t.same(askedRange('bytes=18446744073709551615-18446744073709551616', 10), none)
})

t.test('what begins at the end or beyond cannot be answered', async (t) => {
  for (const header of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) {
    t.same(askedRange(header, 10), none, header)
  }
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) t.same(askedRange(header, 0), none)
})

t.test('several ranges, other units and what cannot be read are not there', async (t) => {
  const many = `bytes=${Array.from({ length: 1000 }, () => '0-').join(',')}`
  const headers = [
    undefined,
    '',
    many,
    'bytes=0-1,0-1',
    'bytes=0-1, 3-4',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=--1',
    'bytes=-1-',
    'bytes=0x1-2',
    'bytes=1e1-',
    'bytes=0.5-2',
    'bytes= 0-1',
    'bytes=0-1\r\nx: y',
    'lines=0-1',
    'bytes=٣-',
  ]
  for (const header of headers)
    t.same(askedRange(header, 10), whole, JSON.stringify(header)?.slice(0, 40))
})

t.test('whatever is asked, the answer lies within the size', async () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,20}-\d{0,20}$/))
  fc.assert(
    fc.property(text, fc.nat(1000), (header, size) => {
      const asked = askedRange(header, size)
      return (
        asked.kind !== 'part' || (asked.start >= 0 && asked.start < asked.end && asked.end <= size)
      )
    }),
  )
})

t.test('a client that has a blob by its tag is told so', async (t) => {
  t.ok(isKnown('"a"', '"a"'))
  t.ok(isKnown('"b", W/"a"', '"a"'))
  t.ok(isKnown('*', '"a"'))
  for (const header of [undefined, '', 'a', '"b"', 'W/a']) t.notOk(isKnown(header, '"a"'))
})
