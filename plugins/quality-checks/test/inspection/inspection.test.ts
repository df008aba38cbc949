import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { addDays } from '../../src/calendar/days.ts'
import { gaugeStatus } from '../../src/gauges/gauge.ts'
import { choosePlan } from '../../src/inspection/choose-plan.ts'
import { drawTests } from '../../src/inspection/draw-tests.ts'
import { parseFormula } from '../../src/inspection/formula.ts'
import type { InspectionTest } from '../../src/inspection/inspection-test.ts'
import { requirePlan } from '../../src/inspection/plan-checks.ts'
import type { PlanDefinition } from '../../src/inspection/plan-definition.ts'
import { suggest } from '../../src/inspection/suggestion.ts'
import { tallied } from '../../src/inspection/tally.ts'
import type { AttributePlan } from '../../src/sampling/plan-types.ts'
import { convert, unitCode } from '../../src/units/units-of-measure.ts'

const double: AttributePlan = {
  scheme: 'test',
  letter: 'F',
  severity: 'normal',
  type: 'double',
  stages: [
    { sampleSize: 5, accept: 0, reject: 2 },
    { sampleSize: 10, accept: 1, reject: 2 },
  ],
  wholeLot: false,
}
const test: InspectionTest = {
  characteristic: 'surface',
  class: 'major',
  counts: 'items',
  aql: 1,
  severity: 'normal',
  discontinued: false,
  screening: false,
  plan: double,
  stage: 0,
  inspected: 0,
  found: [],
  verdict: 'open',
}
const good = (ordinal: number, inspected = 1) => ({
  sample: `#${ordinal}`,
  ordinal,
  inspected,
  count: 0,
  items: 0,
})
const bad = (ordinal: number, count = 1) => ({
  sample: `#${ordinal}`,
  ordinal,
  inspected: 1,
  count,
  items: 1,
})
const looked = (items: readonly ReturnType<typeof good>[]) =>
  items.reduce((so, item) => tallied(so, [item]), test)

t.test('the tally of a plan of two stages', async (t) => {
  t.match(looked([good(1, 5)]), { verdict: 'accept', stage: 0 })
  t.match(looked([good(1, 4)]), { verdict: 'open', stage: 0 })
  t.match(looked([bad(1), good(2, 4)]), { verdict: 'open', stage: 1, inspected: 5 })
  t.match(looked([bad(1), good(2, 4), good(6, 5)]), { verdict: 'accept', stage: 1 })
  t.match(looked([bad(1), good(2, 4), good(6, 4), bad(10)]), { verdict: 'reject', stage: 1 })
  t.match(looked([bad(1), bad(2)]), { verdict: 'reject', inspected: 2 }, 'what is enough is enough')
  t.match(
    looked([good(1, 5), bad(6), bad(7)]),
    { verdict: 'accept', stage: 0 },
    'the first stage is judged by its own items, whatever was looked at beyond',
  )
  t.match(
    tallied(looked([bad(1), bad(2)]), [good(2)]),
    { verdict: 'open' },
    'a correction takes it back',
  )
  t.match(
    looked([bad(1, 7), good(2, 9)]),
    { verdict: 'reject' },
    'nonconformities of one item all count',
  )
})

t.test('the order of results does not change the verdict of a full sample', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
      fc.infiniteStream(fc.nat()),
      (items, draws) => {
        const results = items.map((isGood, index) => (isGood ? good(index + 1) : bad(index + 1)))
        const shuffled = [...results].sort(() => ((draws.next().value ?? 0) % 2) - 0.5)
        return looked(results).verdict === tallied(test, shuffled).verdict
      },
    ),
  )
  t.pass()
})

t.test('what is suggested', async (t) => {
  const whole = { pending: 100, hold: 0, accepted: 0, rejected: 0 }
  const of = (tests: readonly InspectionTest[], more = {}) =>
    suggest({ tests, quantities: whole, reworked: 0, itemQuantity: 1, screenedItems: 0, ...more })
  t.match(of([looked([good(1, 5)])]), { outcome: 'accept', accept: 100, reject: 0, clear: 100 })
  t.match(
    of([looked([bad(1), good(2, 9)])]),
    { outcome: 'accept', accept: 99, reject: 1 },
    'found items go',
  )
  t.match(of([looked([bad(1), bad(2)])]), { outcome: 'reject', reject: 100, clear: 0 })
  t.match(of([test]), { outcome: 'none', clear: 0, reasons: [{ code: 'SAMPLE_INCOMPLETE' }] })
  t.match(of([{ ...looked([good(1, 5)]), discontinued: true }]), {
    outcome: 'none',
    reasons: [{ code: 'ACCEPTANCE_DISCONTINUED' }],
  })
  const screen = {
    ...test,
    screening: true,
    plan: { ...double, stages: [{ sampleSize: 100, accept: 0, reject: 1 }] },
  }
  t.match(
    of([tallied(screen, [bad(1), good(2, 39)])], { screenedItems: 40 }),
    { outcome: 'sort', accept: 39, reject: 1, clear: 39 },
    'a screened lot is decided as far as it was looked at',
  )
  t.match(of([{ ...screen, inspected: 100, verdict: 'reject', found: [bad(7)] }]), {
    outcome: 'sort',
    accept: 99,
    reject: 1,
  })
  const both = [
    looked([bad(1), good(2, 9)]),
    { ...looked([bad(1), good(2, 9)]), class: 'minor' as const },
  ]
  t.match(of(both), { reject: 1 }, 'an item that fails twice is one item')
})

t.test('the most specific plan wins: item before supplier before operation', async (t) => {
  const plans = [
    { item: '' },
    { operation: 'receiving' },
    { supplier: 'S' },
    { supplier: 'S', operation: 'receiving' },
    { item: 'I' },
    { item: 'I', operation: 'receiving' },
    { item: 'I', supplier: 'S' },
    { item: 'I', supplier: 'S', operation: 'receiving' },
  ].map((scope, rank) => ({ scope, rank }))
  const occasion = { item: 'I', supplier: 'S', operation: 'receiving' }
  fc.assert(
    fc.property(
      fc.subarray(plans, { minLength: 1 }),
      (some) => choosePlan(some, occasion)?.rank === Math.max(...some.map(({ rank }) => rank)),
    ),
  )
  t.equal(
    choosePlan(
      [{ scope: { item: 'other' } }, { scope: { item: 'I', supplier: 'other' } }],
      occasion,
    ),
    undefined,
  )
})

t.test('units convert within a dimension and nowhere else', async (t) => {
  t.equal(convert(2.54, 'cm', 'MMT'), 25.4)
  t.equal(convert(1, 'in', 'mm'), 25.4)
  t.equal(convert(0.0254, 'MTR', 'INH'), 1)
  t.equal(convert(500, 'g', 'KGM'), 0.5)
  t.equal(convert(212, '°F', '°C'), 100)
  t.equal(convert(20, '°C', 'KEL'), 293.15)
  t.equal(convert(3, 'XYZ', 'XYZ'), 3)
  for (const [from, to] of [
    ['mm', 'kg'],
    ['C62', 'mm'],
    ['XYZ', 'mm'],
    ['constructor', 'mm'],
  ] as const) {
    t.throws(() => convert(1, from, to), { code: 'UNIT_MISMATCHED' })
  }
  t.equal(unitCode('toString'), 'toString')
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (thousandths) => {
      const value = thousandths / 1000
      const back = convert(convert(value, 'INH', 'MTR'), 'MTR', 'INH')
      return Math.abs(back - value) <= 1e-10 * Math.abs(value)
    }),
  )
})

t.test('formulas', async (t) => {
  const value = (text: string, names: Record<string, number> = {}) =>
    parseFormula(text).value((name) => names[name] ?? Number.NaN)
  t.equal(value('1 + 2 * 3 - 4 / 2'), 5)
  t.equal(value('-(a + b) * 2', { a: 0.1, b: 0.2 }), -0.6)
  t.equal(value('max(a, b) - min(a, b)', { a: 3, b: 5 }), 2)
  t.equal(value('mean(1, 2, 6) + range(1, 4) + sqrt(9) + abs(-1)'), 10)
  t.strictSame(parseFormula('a + b * a').reads, ['a', 'b'])
  t.throws(() => value('1 / (a - a)', { a: 2 }), { code: 'FORMULA_UNDEFINED' })
  for (const wrong of [
    '',
    'a +',
    '(a',
    'a b',
    'eval(a)',
    'abs(1, 2)',
    'constructor(1)',
    'a;b',
    '('.repeat(50),
    '1..2',
    'A',
  ]) {
    t.throws(() => parseFormula(wrong), { code: 'FORMULA_INVALID' }, wrong)
  }
})

const definition: PlanDefinition = {
  name: { en: 'Plan' },
  scope: {},
  characteristics: [
    {
      id: 'a',
      name: { en: 'A' },
      kind: 'variable',
      unit: 'MMT',
      lsl: 1,
      usl: 2,
      classes: [{ class: 'major', aql: 1 }],
    },
    {
      id: 'look',
      name: { en: 'Look' },
      kind: 'attribute',
      classes: [
        { class: 'critical', aql: 0.1 },
        { class: 'minor', aql: 15 },
      ],
    },
  ],
  sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
  frequency: { kind: 'all' },
  decidedBy: 'person',
}

t.test('a plan that contradicts itself is refused', async (t) => {
  requirePlan(definition)
  const [a, look] = definition.characteristics as [
    PlanDefinition['characteristics'][0],
    PlanDefinition['characteristics'][0],
  ]
  const wrong: readonly Partial<PlanDefinition>[] = [
    { characteristics: [a, a] },
    { characteristics: [{ ...a, lsl: 3 }] },
    { characteristics: [{ ...a, lsl: 2 }] },
    { characteristics: [{ ...a, target: 5 }] },
    {
      characteristics: [
        { id: 'b', name: a.name, kind: 'variable', unit: 'MMT', classes: a.classes },
      ],
    },
    { characteristics: [{ ...look, unit: 'MMT' }] },
    {
      characteristics: [
        {
          ...look,
          classes: [
            { class: 'major', aql: 1 },
            { class: 'major', aql: 2 },
          ],
        },
      ],
    },
    { characteristics: [{ ...a, classes: look.classes }] },
    { characteristics: [{ ...a, classes: [{ class: 'major' }] }] },
    { characteristics: [a, { ...a, id: 'c', formula: 'a + look' }, look] },
    { characteristics: [a, { ...a, id: 'c', formula: 'c * 2' }] },
    { sampling: { kind: 'aql', scheme: 'mil-std-105e' } },
    { sampling: { kind: 'percent' } },
    { frequency: { kind: 'periodic' } },
    { frequency: { kind: 'periodic', everyLots: 2, everyDays: 3 } },
    { frequency: { kind: 'random' } },
  ]
  for (const change of wrong) {
    t.throws(
      () => requirePlan({ ...definition, ...change }),
      { code: 'PLAN_INVALID' },
      JSON.stringify(change),
    )
  }
})

t.test('tests of an inspection', async (t) => {
  const standing = (
    severity: 'normal' | 'reduced' | 'tightened' | 'discontinued',
    grade?: string,
  ) => ({
    schemes: new Map(),
    grade,
    switching: new Map([
      ['a/major', { severity, score: 0, recent: [], rejectedWhileTightened: 0 }],
    ]),
  })
  const of = (...known: Parameters<typeof standing>) =>
    drawTests({ ...definition, allowReduced: true }, 500, standing(...known))[0]
  t.match(of('normal'), {
    severity: 'normal',
    plan: { letter: 'H', stages: [{ sampleSize: 50, accept: 1, reject: 2 }] },
  })
  t.match(of('reduced'), { severity: 'reduced' })
  t.match(
    of('reduced', 'D'),
    { severity: 'tightened' },
    'a supplier of grade D is never below tightened',
  )
  t.match(of('normal', 'D'), { severity: 'tightened' })
  t.match(of('discontinued', 'A'), { severity: 'tightened', discontinued: true })
  t.match(
    drawTests(definition, 500, standing('reduced'))[0],
    { severity: 'normal' },
    'reduced is what the plan allows',
  )
  t.match(
    drawTests(definition, 500, standing('normal')).map(({ counts }) => counts),
    ['items', 'items', 'nonconformities'],
    'above AQL 10 nonconformities count',
  )
  const sampled = (sampling: PlanDefinition['sampling']) =>
    drawTests({ ...definition, sampling }, 30, standing('normal'))
  t.match(sampled({ kind: 'percent', percent: 10 })[0], {
    plan: { stages: [{ sampleSize: 3, accept: 0 }] },
  })
  t.match(sampled({ kind: 'all' })[0], {
    screening: true,
    plan: { wholeLot: true, stages: [{ sampleSize: 30 }] },
  })
  t.strictSame(sampled({ kind: 'skip' }), [])
  t.throws(
    () =>
      drawTests(
        { ...definition, sampling: { ...definition.sampling, scheme: 'none' } },
        30,
        standing('normal'),
      ),
    { code: 'SCHEME_UNKNOWN' },
  )
})

t.test('a gauge is judged by the day of the measurement', async (t) => {
  const gauge = { gauge: 'G', state: 'in-use', dueOn: '2026-12-31' } as const
  t.equal(gaugeStatus(gauge, '2026-12-31'), 'due-soon')
  t.equal(gaugeStatus(gauge, '2027-01-01'), 'overdue')
  t.equal(gaugeStatus(gauge, '2026-11-01'), 'ok')
  t.equal(gaugeStatus({ ...gauge, dueOn: null }, '2026-11-01'), 'never-calibrated')
  t.equal(gaugeStatus({ ...gauge, state: 'blocked' }, '2026-11-01'), 'blocked')
  t.equal(addDays('2028-02-28', 2), '2028-03-01')
})
