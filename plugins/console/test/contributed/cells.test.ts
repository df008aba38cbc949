import t from 'tap'
import { cellOf, NONE, spokenFields } from '../../web/contributed/cells.ts'
import { freshnessOf } from '../../web/contributed/freshness.ts'

const en = { language: 'en', timeZone: 'UTC' }
const zh = { language: 'zh-CN', timeZone: 'UTC' }
const label = { en: 'Label', 'zh-CN': '标签' }

t.test('values are written by their format, in the language of the page', async (t) => {
  const row = {
    n: 1234.5,
    share: 0.031,
    amount: '1999.90',
    currency: 'CNY',
    unit: 'KGM',
    day: '2026-03-04',
    at: '2026-03-04T05:06:07Z',
    seconds: 5400,
    said: { en: 'late', 'zh-CN': '延误' },
  }
  const shown = (format: string, field: string, unit?: string, place = en) =>
    cellOf({ field, label, format, ...(unit === undefined ? {} : { unit }) } as never, row, place)
      .text
  t.equal(shown('number', '/n'), '1,234.5')
  t.equal(shown('percent', '/share'), '3.1%')
  t.equal(shown('money', '/amount', '/currency'), 'CN¥1,999.90')
  t.equal(shown('quantity', '/n', '/unit'), '1,234.5 kg')
  t.equal(shown('date', '/day'), 'Mar 4, 2026')
  t.match(shown('datetime', '/at'), /Mar 4, 2026, 5:06:07/)
  t.equal(shown('duration', '/seconds'), '1.5 hours')
  t.equal(shown('text', '/said', undefined, zh), '延误')
})

t.test('what is not there is a dash, and false and nought are something', async (t) => {
  const row = { empty: '', none: null, no: false, nought: 0, list: [] }
  for (const field of ['/empty', '/none', '/absent'])
    t.same(cellOf({ field, label }, row, en), NONE)
  t.same(cellOf({ field: '/list', label, format: 'list' }, row, en), NONE)
  t.match(cellOf({ field: '/no', label, format: 'boolean' }, row, en), { isTrue: false })
  t.equal(cellOf({ field: '/nought', label, format: 'number' }, row, en).text, '0')
})

t.test('an enumeration says its label and tone; a value that has none says itself', async (t) => {
  const values = [{ value: 'fail', label: { en: 'Fail', 'zh-CN': '不达标' }, tone: 'bad' as const }]
  const field = { field: '/state', label, format: 'status' as const, values }
  t.match(cellOf(field, { state: 'fail' }, zh), { kind: 'status', text: '不达标', tone: 'bad' })
  t.match(cellOf(field, { state: 'else' }, zh), { kind: 'status', text: 'else', tone: undefined })
})

t.test('a value of another type than its format is shown as it is', async (t) => {
  t.equal(cellOf({ field: '/a', label, format: 'number' }, { a: 'n/a' }, en).text, 'n/a')
  t.equal(cellOf({ field: '/a', label, format: 'date' }, { a: 'soon' }, en).text, 'soon')
  t.equal(cellOf({ field: '/a', label, format: 'money' }, { a: {} }, en).text, '{}')
})

t.test('an answer says its age and what of it is old or missing', async (t) => {
  const blocks = [
    { block: 'quality', state: 'stale', asOf: '2026-01-01T00:00:00Z' },
    { block: 'parcels', state: 'fresh', asOf: '2026-01-01T00:00:00Z' },
    { block: 'contracts', state: 'unavailable' },
  ]
  t.match(freshnessOf({ asOf: '2026-01-02T00:00:00Z', blocks, degraded: true }), {
    asOf: '2026-01-02T00:00:00Z',
    lacking: [
      { part: 'quality', state: 'stale' },
      { part: 'contracts', state: 'unavailable' },
    ],
    isDegraded: true,
  })
  t.same(freshnessOf([1]), { asOf: undefined, lacking: [], isDegraded: false })
})

t.test('what is there in two languages is shown in the one of the page', async (t) => {
  const row = { what: { en: 'late', 'zh-CN': '延误' } }
  const fields = ['/what/zh-CN', '/what/en', '/other/en'].map((field) => ({ field, label }))
  const shown = (place: typeof en) => spokenFields(fields, place).map(({ field }) => field)
  t.strictSame(shown(en), ['/what/en', '/other/en'])
  t.strictSame(shown(zh), ['/what/zh-CN', '/other/en'])
  t.equal(cellOf({ field: '/what/zh-CN', label }, row, en).text, 'late')
})
