import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { boundedLine } from '../../src/plugin-logs/log-line.ts'

t.test('a usual line is kept as it is', async (t) => {
  t.same(boundedLine('booked', {}), { message: 'booked', fieldsJson: null, cut: 0 })
  t.same(boundedLine('booked', { order: 1 }), {
    ...{ message: 'booked', fieldsJson: '{"order":1}', cut: 0 },
  })
})

t.test('a long message is cut, and says by how much', async (t) => {
  const { message, cut } = boundedLine('x'.repeat(65_536), {})
  t.equal(message, 'x'.repeat(4096))
  t.equal(cut, 61_440)
})

t.test('what PostgreSQL or JSON cannot hold is written otherwise', async (t) => {
  t.equal(boundedLine('a\0b', {}).message, 'a␀b')
  t.equal(boundedLine(`${'x'.repeat(4095)}😀`, {}).message.at(-1), '\ufffd', 'half of a sign')
})

t.test('of many fields the first stay, and of a long text its beginning', async (t) => {
  const fields = { first: 1, long: 'y'.repeat(9000), next: [1, 2], large: Array(5000).fill(0) }
  const { fieldsJson, cut } = boundedLine('m', fields)
  const kept = JSON.parse(fieldsJson ?? '')
  t.match(kept, { first: 1, long: /^y{1000,}…$/, next: [1, 2] })
  t.notOk('large' in kept)
  t.ok(cut > 10_000)
  const proto = JSON.parse(`{"__proto__":{"owned":1},"long":"${'z'.repeat(9000)}"}`)
  const { fieldsJson: json } = boundedLine('m', proto)
  t.match(json, /^\{"__proto__":\{"owned":1\},"long":"z+…"\}$/)
})

t.test('whatever is logged fits, and is JSON', async () => {
  const fields = fc.dictionary(
    fc.string({ maxLength: 40 }),
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 500, maxLength: 1500 }),
      fc.constant('\0"\\'.repeat(2000)),
      fc.jsonValue(),
    ),
    { maxKeys: 6 },
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), fields, (message, given) => {
      const line = boundedLine(message, given)
      if (line.message.length > 4096 || !line.message.isWellFormed()) return false
      if (line.fieldsJson === null) return Object.keys(given).length === 0
      JSON.parse(line.fieldsJson)
      return line.fieldsJson.length <= 4096 && line.cut >= 0
    }),
  )
})
