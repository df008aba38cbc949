import t from 'tap'
import { whyNotCall } from '../../../web/api/may-call.ts'
import {
  chosenMajor,
  type Deprecation,
  endPhase,
  type ServiceMajor,
} from '../../../web/pages/catalog/service.ts'
import { inputsOf, shownBody } from '../../../web/pages/catalog/trial.ts'
import { ann, operator } from '../../viewers.ts'

t.test('the major that is asked for is shown, else the newest', async (t) => {
  const majors = [{ major: 1 }, { major: 3 }, { major: 2 }] as ServiceMajor[]
  t.equal(chosenMajor(majors, '2')?.major, 2)
  t.equal(chosenMajor(majors, '9')?.major, 3)
  t.equal(chosenMajor(majors, undefined)?.major, 3)
  t.equal(chosenMajor([], undefined), undefined)
})

t.test('an end is announced, then begun, then over', async (t) => {
  const end: Deprecation = {
    deprecatedAt: '2026-01-01T00:00:00Z',
    sunsetAt: '2026-06-01T00:00:00Z',
    successor: 2,
    information: null,
    brownOuts: [],
  }
  const at = (iso: string) => endPhase(end, Date.parse(iso))
  t.equal(at('2025-12-31T00:00:00Z'), 'announced')
  t.equal(at('2026-01-01T00:00:00Z'), 'deprecated')
  t.equal(at('2026-06-01T00:00:00Z'), 'gone')
})

t.test("a person calls with his permission, the operator with an app's key alone", async (t) => {
  const person = ann({ permissions: ['stock.read'] })
  t.equal(whyNotCall(person, { requires: 'stock.read' }), undefined)
  t.equal(whyNotCall(person, { requires: 'stock.count' }), 'permission')
  t.equal(whyNotCall(operator(), { requires: 'stock.read' }), 'operator')
  t.equal(whyNotCall(person, {}), 'appsOnly', 'the host lets no user in there')
  const permissionsInUnits = [{ permission: 'stock.count', units: ['plant-1'] }]
  const ofPlant = ann({ permissionsInUnits })
  t.equal(whyNotCall(ofPlant, { requires: 'stock.count' }), 'permission')
  t.equal(whyNotCall(ofPlant, { requires: 'stock.count', requiresIn: 'unit' }), undefined)
})

t.test('a trial begins with the examples of the contract, or with one made up', async (t) => {
  const input = { type: 'object', required: ['item'], properties: { item: { type: 'string' } } }
  const nameOf = (at: number) => `Example ${at}`
  t.same(inputsOf({ input, examples: [{ input: 1 }, { name: 'Two', input: 2 }] }, nameOf), [
    { name: 'Example 1', input: 1 },
    { name: 'Two', input: 2 },
  ])
  t.same(inputsOf({ input }, nameOf), [{ name: 'Example 1', input: { item: '' } }])
})

t.test('an answer that is JSON is laid out, another stands as it came', async (t) => {
  t.equal(shownBody('{"a":1}'), '{\n  "a": 1\n}')
  t.equal(shownBody('<script>'), '<script>')
})
