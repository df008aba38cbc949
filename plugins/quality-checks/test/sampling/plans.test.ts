import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { milStd105e } from '../../src/sampling/mil-std-105e.ts'
import {
  acceptanceProbability,
  averageSampleNumber,
  stageChances,
} from '../../src/sampling/operating-characteristics.ts'
import { parseStages } from '../../src/sampling/parse-cells.ts'
import type { AttributePlan, InspectionLevel, Severity } from '../../src/sampling/plan-types.ts'
import { qualityAt } from '../../src/sampling/risk-points.ts'
import { judgeStage, planFor, tabledPlan } from '../../src/sampling/sampling-plan.ts'
import { casesMissing, planCells } from './qc-cases.ts'
import { planByRule } from './structural-rule.ts'

const severities = ['normal', 'tightened', 'reduced'] as const
const levels = ['S-1', 'S-2', 'S-3', 'S-4', 'I', 'II', 'III'] as const
const lotSizes = milStd105e.lotSizesTo.map((to) => to ?? 500_001)
const request = {
  scheme: 'mil-std-105e',
  type: 'single',
  lotSize: 1000,
  level: 'II',
  aql: 1,
  severity: 'normal',
} as const

/** How far the OC of a double or multiple plan may be from that of its single one: the standard matched them by eye, and samples of few items match badly. */
const APART = { normal: 0.1, tightened: 0.1, reduced: 0.2 } as const
/** From this letter on (n ≥ 20 of single plans) samples are large enough to compare curves. */
const FIRST_COMPARED = 5

t.test(
  'every cell of the reference is the plan of both schemes',
  { skip: casesMissing },
  async (t) => {
    const wrong = planCells().flatMap(({ severity, lot, level, aql, n, ac, re }) =>
      ['mil-std-105e', 'iso-2859-1'].filter((scheme) => {
        const [stage] = tabledPlan({
          ...request,
          scheme,
          severity: severity as Severity,
          lotSize: Number.parseInt(lot, 10),
          level: level as InspectionLevel,
          aql,
        }).stages
        return stage?.sampleSize !== n || stage.accept !== ac || stage.reject !== re
      }),
    )
    t.equal(planCells().length, 2340)
    t.strictSame(wrong, [])
  },
)

t.test('all 8,190 plans follow from the diagonals that the tables were made by', async (t) => {
  const cells = [...everyCell()]
  t.equal(cells.length, 8190)
  const wrong = cells.filter(({ severity, level, lotSize, row, column, aql }) => {
    const [stage] = tabledPlan({ ...request, severity, level, lotSize, aql }).stages
    const { n, ac, re } = planByRule(severity, milStd105e.letters.indexOf(row), column)
    return stage?.sampleSize !== n || stage.accept !== ac || stage.reject !== re
  })
  t.strictSame(wrong, [])
})

t.test('code letters never go back as lots grow or levels rise', async (t) => {
  for (const row of Object.values(milStd105e.codeLetters)) {
    t.strictSame([...row].sort(), [...row])
    t.equal(row.length, 15)
  }
  for (const [i] of lotSizes.entries()) {
    const column = (['S-1', 'S-2', 'S-3', 'S-4'] as const).map(
      (l) => milStd105e.codeLetters[l]?.[i],
    )
    t.strictSame([...column].sort(), column)
  }
})

t.test('at the edge of the table the arrow of letter R and AQL 0.015 leads up', async (t) => {
  const edge = { ...request, lotSize: 600_000, level: 'III', aql: 0.015 } as const
  t.match(tabledPlan(edge), { letter: 'P', stages: [{ sampleSize: 800, accept: 0, reject: 1 }] })
  const tightened = { ...edge, severity: 'tightened', aql: 0.025 } as const
  t.match(tabledPlan(tightened), { letter: 'S', stages: [{ sampleSize: 3150, accept: 1 }] })
})

t.test('a lot that is no larger than its sample is looked at whole', async (t) => {
  const small = planFor({ ...request, lotSize: 50, aql: 0.1 })
  t.match(small, { wholeLot: true, stages: [{ sampleSize: 50, accept: 0, reject: 1 }] })
  t.match(planFor({ ...request, lotSize: 1 }), { wholeLot: true, stages: [{ sampleSize: 1 }] })
  const double = planFor({ ...request, type: 'double', lotSize: 9, level: 'III', aql: 15 })
  t.match(double, { type: 'double', wholeLot: false })
  const seven = planFor({ ...request, type: 'multiple', lotSize: 30, level: 'III', aql: 2.5 })
  t.strictSame(seven.stages.at(-1)?.sampleSize, 30, 'the stage at the end of the lot is the last')
  t.equal(judgeStage(seven, seven.stages.length - 1, 2), 'accept')
  t.equal(judgeStage(seven, seven.stages.length - 1, 3), 'reject')
})

t.test(
  'double and multiple plans stand where the single ones do, and judge about as they do',
  async (t) => {
    for (const severity of severities) {
      const apart: Record<string, number> = {}
      for (const type of ['double', 'multiple'] as const) {
        for (const [single, staged] of matched(severity, type)) {
          const key = `${type} ${single.stages[0]?.accept}/${single.stages[0]?.reject}`
          apart[key] = Math.max(apart[key] ?? 0, distance(single, staged))
        }
      }
      for (const [key, value] of Object.entries(apart)) {
        t.ok(value <= APART[severity], `${severity} ${key}: curves are ${value.toFixed(3)} apart`)
      }
      t.ok(Object.keys(apart).length >= 14, `${Object.keys(apart).length} kinds of plans`)
    }
  },
)

t.test('double and multiple plans need fewer items on average at the AQL', async (t) => {
  for (const type of ['double', 'multiple'] as const) {
    for (const severity of ['normal', 'tightened'] as const) {
      for (const [single, staged, aql] of matched(severity, type)) {
        const chances = stageChances(staged.stages, { kind: 'poisson' }, aql / 100)
        const asn = averageSampleNumber(chances)
        const size = single.stages[0]?.sampleSize ?? 0
        if (asn > size) t.fail(`${type} ${severity} ${staged.letter} ${aql}: ${asn} of ${size}`)
      }
    }
  }
})

t.test('stages count all before them, never fall, and the last one closes', async (t) => {
  for (const [at, stages] of allStages()) {
    t.equal(stages.length, at.startsWith('double') ? 2 : 7, at)
    const last = stages.at(-1)
    const isClosed = last?.accept !== null && last?.reject === (last?.accept ?? 0) + 1
    t.equal(isClosed, !at.includes('reduced'), `${at}: only reduced plans leave a gap`)
    const isOrdered = stages.every(
      ({ accept, reject }, i) =>
        (accept ?? -1) < reject &&
        (accept ?? -1) >= (stages[i - 1]?.accept ?? -1) &&
        reject >= (stages[i - 1]?.reject ?? 0),
    )
    t.ok(isOrdered, at)
  }
})

t.test(
  'tightened inspection accepts no more than normal, reduced no less, worse quality never more',
  async () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 2_000_000 }),
        fc.constantFrom(...levels),
        fc.constantFrom(...milStd105e.aqls),
        fc.constantFrom('single', 'double', 'multiple' as const),
        fc.double({ min: 0.05, max: 6, noNaN: true }),
        (lotSize, level, aql, type, times) => {
          const quality = (times * aql) / 100
          const chance = (severity: Severity, at: number) =>
            acceptanceProbability(
              tabledPlan({ ...request, type, lotSize, level, aql, severity }).stages,
              { kind: 'poisson' },
              at,
            )
          const [normal, tightened] = [chance('normal', quality), chance('tightened', quality)]
          // Rounded numbers of small samples let curves of different plans touch.
          return (
            tightened <= normal + 0.02 &&
            chance('reduced', aql / 100) >= chance('normal', aql / 100) - 0.02 &&
            chance('normal', quality * 1.1) <= normal + 1e-12
          )
        },
      ),
      { numRuns: 400 },
    )
  },
)

t.test('a stage accepts, rejects, goes on, or accepts and returns to normal', async (t) => {
  const reduced = planFor({ ...request, severity: 'reduced' })
  t.strictSame(
    [0, 1, 2, 3].map((found) => judgeStage(reduced, 0, found)),
    ['accept', 'accept', 'accept-and-return', 'reject'],
  )
  const multiple = planFor({ ...request, type: 'multiple' })
  t.strictSame(
    [0, 1, 2].map((found) => judgeStage(multiple, 0, found)),
    ['continue', 'continue', 'reject'],
    'its first stage cannot accept',
  )
  t.equal(judgeStage(multiple, 6, 4), 'accept')
  t.throws(() => judgeStage(multiple, 7, 0), { code: 'STAGE_RESULT_INVALID' })
  t.throws(() => judgeStage(multiple, 0, 0.5), { code: 'STAGE_RESULT_INVALID' })
})

t.test('what no table answers is refused with its cure', async (t) => {
  const refused = (change: object, code: string) =>
    t.throws(() => planFor({ ...request, ...change }), { code }, JSON.stringify(change))
  refused({ lotSize: 0 }, 'LOT_SIZE_INVALID')
  refused({ lotSize: -5 }, 'LOT_SIZE_INVALID')
  refused({ lotSize: 10.5 }, 'LOT_SIZE_INVALID')
  refused({ lotSize: Number.NaN }, 'LOT_SIZE_INVALID')
  refused({ aql: 1.2 }, 'AQL_NOT_IN_TABLE')
  refused({ aql: Number.NaN }, 'AQL_NOT_IN_TABLE')
  refused({ level: 'IV' }, 'LEVEL_UNKNOWN')
  refused({ scheme: 'iso-9999' }, 'SCHEME_UNKNOWN')
  refused({ aql: 15, unit: 'percent-nonconforming' }, 'AQL_UNIT_MISMATCH')
  refused({ scheme: 'iso-2859-1', severity: 'reduced' }, 'TABLE_NOT_LOADED')
  refused({ scheme: 'iso-2859-1', type: 'double' }, 'TABLE_NOT_LOADED')
  t.match(planFor({ ...request, aql: 15, unit: 'nonconformities-per-100' }), {
    letter: 'J',
    stages: [{ accept: 21 }],
  })
})

/** Three severities, seven levels, fifteen lot sizes, 26 AQLs. */
function* everyCell() {
  for (const severity of severities) {
    for (const level of levels) {
      for (const [i, lotSize] of lotSizes.entries()) {
        const row = milStd105e.codeLetters[level]?.[i] ?? ''
        for (const [column, aql] of milStd105e.aqls.entries()) {
          yield { severity, level, lotSize, row, column, aql }
        }
      }
    }
  }
}

function* allStages() {
  for (const type of ['double', 'multiple'] as const) {
    for (const severity of severities) {
      for (const [key, text] of Object.entries(milStd105e[type]?.[severity]?.stages ?? {})) {
        yield [`${type} ${severity} ${key}`, parseStages(text)] as const
      }
    }
  }
}

/** Single and double (or multiple) plans of the same letter, each letter and AQL once. */
function* matched(
  severity: Severity,
  type: 'double' | 'multiple',
): Generator<readonly [AttributePlan, AttributePlan, number]> {
  for (const [i, letter] of [...milStd105e.letters].entries()) {
    const level = levels.find((l) => milStd105e.codeLetters[l]?.includes(letter))
    if (i < FIRST_COMPARED || level === undefined) continue
    const lotSize = lotSizes[milStd105e.codeLetters[level]?.indexOf(letter) ?? 0] ?? 0
    for (const aql of milStd105e.aqls) {
      const single = tabledPlan({ ...request, severity, level, lotSize, aql })
      const staged = tabledPlan({ ...request, severity, level, lotSize, aql, type })
      if (single.letter !== letter || staged.type !== type) continue
      yield [single, staged, aql]
    }
  }
}

function distance(single: AttributePlan, staged: AttributePlan): number {
  const model = { kind: 'poisson' } as const
  const gaps = [0.99, 0.95, 0.75, 0.5, 0.25, 0.1, 0.05].map((chance) => {
    const quality = qualityAt(single.stages, model, chance)
    return Math.abs(acceptanceProbability(staged.stages, model, quality) - chance)
  })
  return Math.max(...gaps)
}
