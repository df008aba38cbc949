import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { applyDecision, movements } from '../../src/inspection/decision.ts'
import {
  type InspectionCommand,
  type InspectionState,
  inspectionMoves,
  nextInspectionState,
  type Situation,
} from '../../src/inspection/inspection-states.ts'
import { lotState, lotStates } from '../../src/lots/lot-states.ts'
import { buckets, type Quantities, requireQuantity, totalOf } from '../../src/lots/quantities.ts'

const reason = { code: 'TEST', text: 'because of a test' }
const states: readonly InspectionState[] = [
  'open',
  'in-progress',
  'awaiting-decision',
  'decided',
  'cancelled',
]
const commands: readonly InspectionCommand[] = [
  'record',
  'correct',
  'decide',
  'cancel',
  'reinspect',
]
const eight = Array.from({ length: 8 }, (_, bits) => bits)
const sixteen = Array.from({ length: 16 }, (_, bits) => bits)

const everyCommand = states.flatMap((from) =>
  commands.flatMap((command) =>
    eight.map((bits) => {
      const [allJudged, allDecided, someDecided] = [(bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0]
      return { from, command, situation: { allJudged, allDecided, someDecided } }
    }),
  ),
)
const everyFilling: readonly Quantities[] = sixteen.map((bits) => ({
  pending: 3 * (bits & 1),
  hold: 1.5 * (bits & 2),
  accepted: bits & 4,
  rejected: bits & 8,
}))
const ways = buckets.flatMap((from) =>
  (['hold', 'accepted', 'rejected'] as const).map((to) => ({ from, to })),
)

function fits(when: Partial<Situation>, situation: Situation): boolean {
  return Object.entries(when).every(([key, value]) => situation[key as keyof Situation] === value)
}

t.test('commands of an inspection', async (t) => {
  t.test('each one in each state does what the table says, and nothing else', async (t) => {
    for (const { from, command, situation } of everyCommand) {
      const row = inspectionMoves.find(
        (move) => move.from === from && move.command === command && fits(move.when, situation),
      )
      const does = () => nextInspectionState(from, command, situation)
      if (row === undefined) t.throws(does, { code: 'INSPECTION_STATE' }, `${from} ${command}`)
      else t.equal(does(), row.to, `${from} ${command}`)
    }
  })
  t.test('what is cancelled stays so, and what is decided takes no results', async (t) => {
    t.notOk(inspectionMoves.some(({ from }) => from === 'cancelled'))
    t.strictSame(
      [
        ...new Set(
          inspectionMoves.filter(({ from }) => from === 'decided').map(({ command }) => command),
        ),
      ],
      ['reinspect', 'decide'],
    )
  })
})

t.test('quantities', async (t) => {
  const amount = fc.integer({ min: 0, max: 5_000_000 }).map((millionths) => millionths / 1_000_000)
  const bucket = fc.constantFrom(...buckets)
  const line = fc.record({
    from: bucket,
    to: fc.constantFrom('hold' as const, 'accepted' as const, 'rejected' as const),
    quantity: amount,
    disposition: fc.option(
      fc.constantFrom(
        'use-as-is' as const,
        'rework' as const,
        'return' as const,
        'scrap' as const,
        'sort' as const,
      ),
      { nil: undefined },
    ),
  })

  t.test('conserve under any decisions, none of which makes one negative', async (t) => {
    fc.assert(
      fc.property(
        amount,
        fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (whole, decisions, clear) => {
          let quantities: Quantities = { pending: whole, hold: 0, accepted: 0, rejected: 0 }
          for (const lines of decisions) {
            try {
              quantities = applyDecision(quantities, { lines: lines as never, reason }, { clear })
            } catch (error) {
              if (!('code' in (error as object))) throw error
            }
          }
          return totalOf(quantities) === whole && buckets.every((name) => quantities[name] >= 0)
        },
      ),
      { numRuns: 500 },
    )
    t.pass()
  })

  t.test('move only as the table says', async (t) => {
    const full: Quantities = { pending: 5, hold: 5, accepted: 5, rejected: 5 }
    const does = (line: object, text = 'because', clear = 20) =>
      applyDecision(
        full,
        { lines: [{ quantity: 1, ...line } as never], reason: { code: 'T', text } },
        { clear },
      )
    for (const { from, to } of ways) {
      if (movements.some((row) => row.from === from && row.to === to)) continue
      t.throws(() => does({ from, to }), { code: 'DECISION_MOVE' }, `${from} ${to}`)
    }
    for (const { from, to, alone, dispositions } of movements) {
      if (alone === 'never') t.throws(() => does({ from, to }), { code: 'DISPOSITION_REQUIRED' })
      else t.ok(does({ from, to }))
      for (const disposition of dispositions) {
        t.ok(does({ from, to, disposition }, 'because', 0), `${from} ${to} ${disposition}`)
        t.throws(() => does({ from, to, disposition }, ' '), { code: 'REASON_REQUIRED' })
      }
    }
    const taken = { from: 'pending', to: 'accepted' }
    t.throws(() => does({ ...taken, disposition: 'scrap' }), { code: 'DISPOSITION_UNFIT' })
    t.throws(() => does({ ...taken, quantity: 6 }), { code: 'QUANTITY_EXCEEDED' })
    t.throws(
      () => does(taken, '', 5),
      { code: 'CONCESSION_REQUIRED' },
      'five are accepted, and five are clear',
    )
  })

  t.test('are more than nothing, and not finer than six decimals', async (t) => {
    for (const wrong of [0, -1, 0.0000001, 1e9 + 1, 1e15, Number.NaN]) {
      t.throws(() => requireQuantity(wrong), { code: 'QUANTITY_INVALID' }, String(wrong))
    }
    t.equal(requireQuantity(0.1 + 0.2), 0.3)
    t.equal(requireQuantity(1e9), 1e9)
  })

  t.test('say the state of a lot by exactly one row', async (t) => {
    for (const quantities of everyFilling) {
      const { pending, hold, accepted, rejected } = quantities
      const row = lotStates.find(
        ({ none, some: any }) =>
          none.every((name) => quantities[name] === 0) && any.every((name) => quantities[name] > 0),
      )
      if (totalOf(quantities) > 0) t.equal(lotState(quantities), row?.state)
      if (pending + hold > 0)
        t.match(lotState(quantities), accepted + rejected > 0 ? 'partly-decided' : 'held')
    }
    t.equal(lotState({ pending: 0, hold: 0, accepted: 3, rejected: 0 }), 'released')
    t.equal(lotState({ pending: 0, hold: 0, accepted: 0, rejected: 3 }), 'rejected')
    t.equal(lotState({ pending: 0, hold: 0, accepted: 3, rejected: 3 }), 'split')
    t.equal(new Set(lotStates.map(({ state }) => state)).size, lotStates.length)
  })
})
