import t from 'tap'
import { actionsFor } from '../../web/contributed/actions/actions-for.ts'
import { filterInput } from '../../web/contributed/blocks/filter-input.ts'
import type { OfferedPage } from '../../web/contributed/page-spec.ts'
import { toneOf } from '../../web/contributed/tones.ts'
import { valueWord, wordFor, wordsOf } from '../../web/contributed/words.ts'

const label = { en: 'Label', 'zh-CN': '标签' }
const call = { label, service: 'a.b@1', operation: 'c' }

t.test('an action is offered for rows that are in one of its states', async (t) => {
  const close = { ...call, when: { field: '/state', in: ['open', 'true'] } }
  t.strictSame(actionsFor([call, close], { state: 'done' }), [call])
  t.strictSame(actionsFor([close], { state: 'open' }), [close])
  t.strictSame(actionsFor([close], { state: true }), [close], 'of a boolean, too')
  t.strictSame(actionsFor([close], {}), [])
  t.strictSame(actionsFor([close], { state: ['done', 'open'] }), [close], 'or has one in its list')
})

t.test('a filter that the operation does not take asks nothing', async (t) => {
  const operation = { input: { properties: { open: { type: 'boolean' } } } }
  const filters = [
    { param: 'open', label, kind: 'boolean' as const },
    { param: 'other', label, kind: 'text' as const },
  ]
  const params = new Map([
    ['open', 'true'],
    ['other', 'x'],
  ])
  t.strictSame(filterInput(filters, operation, params), { open: true })
})

t.test("inputs are called what the plugin's own pages call them", async (t) => {
  const values = [{ value: 'fail', label: { en: 'Failed', 'zh-CN': '不达标' } }]
  const columns = [{ field: '/lot/state', label: { en: 'State', 'zh-CN': '状态' }, values }]
  const source = { service: 'a.b@1', operation: 'c' }
  const spec = { id: 'p', path: '/p', title: label, blocks: [{ kind: 'table', source, columns }] }
  const page = { plugin: 'a', version: '1.0.0', base: undefined, tier: undefined, spec }
  const words = wordsOf([page as OfferedPage], 'a')
  t.equal(wordFor(words, 'state', 'zh-CN'), '状态')
  t.equal(valueWord(words, 'state', 'fail', 'zh-CN'), '不达标')
  t.equal(valueWord(words, 'state', 'other', 'zh-CN'), 'other')
  t.equal(wordFor(words, 'validFrom', 'en'), 'Valid from', 'else what they are named, taken apart')
  t.equal(wordFor(wordsOf([page as OfferedPage], 'b'), 'state', 'zh-CN'), 'State', 'not by others')
  const own = [{ field: '/state', label: { en: 'Phase', 'zh-CN': '阶段' } }]
  const talking = { ...page, spec: { ...spec, id: 'q', blocks: [], words: own } }
  const pages = [page as OfferedPage, talking as OfferedPage]
  t.equal(wordFor(wordsOf(pages, 'a'), 'state', 'en'), 'State', 'what is shown comes first')
  t.equal(wordFor(wordsOf(pages, 'a', talking.spec), 'state', 'en'), 'Phase', 'but on the page')
})

t.test('a moment has the tone that its word has, or none', async (t) => {
  t.strictSame(['met', 'due', 'missed', 'constructor', undefined].map(toneOf), [
    'good',
    'warning',
    'bad',
    'neutral',
    'neutral',
  ])
})
