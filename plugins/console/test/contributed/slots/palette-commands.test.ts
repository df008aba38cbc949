import t from 'tap'
import { paletteCommands } from '../../../web/contributed/slots/palette-commands.ts'
import type { CommandSpec } from '../../../web/contributed/slots/slot-spec.ts'
import { ann, operator } from '../../viewers.ts'

const title = { en: 'Overdue', 'zh-CN': '逾期' }
const of = { plugin: '@acme/lots', version: '1.0.0', base: undefined, tier: 'sandbox' }
const pages = [{ ...of, spec: { id: 'lots', path: '/quality/lots', title, blocks: [] } }]
const around = { viewer: ann(), pages, keep: '', language: 'en' }
const command = (spec: Partial<CommandSpec>) => ({ ...of, spec: { id: 'go', title, ...spec } })
const form = { service: 'lots.one@1', operation: 'open' }

t.test(
  'a command leads to a page with what it hands over, in the words of the viewer',
  async (t) => {
    const opens = { page: 'lots', params: { overdue: 'true' } }
    const words = [{ en: 'Late lots', 'zh-CN': '延期批次' }]
    t.strictSame(paletteCommands([command({ opens, words })], { ...around, language: 'zh-CN' }), [
      {
        place: '/p/quality/lots',
        search: 'overdue=true',
        label: '逾期',
        words: ['延期批次'],
        by: '@acme/lots',
      },
    ])
  },
)

t.test(
  'no plugin chooses the tenant that the operator looks at, nor names a risky word',
  async (t) => {
    const params = JSON.parse('{"tenant":"other","__proto__":"x","constructor":"y","lot":"L 1"}')
    const [found] = paletteCommands([command({ opens: { page: 'lots', params } })], {
      ...around,
      viewer: operator(),
      keep: '?tenant=acme',
    })
    t.equal(found?.search, 'tenant=acme&lot=L+1')
  },
)

t.test('a form has an address of its own, and none for the operator', async (t) => {
  const [found] = paletteCommands([command({ form })], around)
  t.match(found, { place: '/commands/%40acme%2Flots/go', by: '@acme/lots' })
  t.same(paletteCommands([command({ form })], { ...around, viewer: operator() }), [])
})

t.test('what leads to a page that is not offered is no command', async (t) => {
  t.same(paletteCommands([command({ opens: { page: 'gone' } })], around), [])
  const strange = { ...command({ opens: { page: 'lots' } }), plugin: '@other/lots' }
  t.same(paletteCommands([strange], around), [], 'nor one of another plugin')
})
