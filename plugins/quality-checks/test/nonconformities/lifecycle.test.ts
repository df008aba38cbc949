import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { advance, type Scene } from '../../src/nonconformities/advance.ts'
import { effectivenessOf, type LaterLot } from '../../src/nonconformities/effectiveness.ts'
import { eightDSteps, type StepId, stepIds } from '../../src/nonconformities/eight-d-steps.ts'
import {
  type Command,
  commandsOf,
  firstState,
  states,
  transitionOf,
  transitions,
} from '../../src/nonconformities/lifecycle.ts'
import type {
  Nonconformity,
  Step,
  SupplierRequest,
} from '../../src/nonconformities/nonconformity.ts'
import { nonconformitySettings } from '../../src/nonconformities/nonconformity-settings.ts'
import { type Finding, openNonconformity } from '../../src/nonconformities/open-nonconformity.ts'
import { requestTransitions } from '../../src/nonconformities/request-lifecycle.ts'
import { stepTransitions } from '../../src/nonconformities/step-lifecycle.ts'
import { withEvidence, withStep } from '../../src/nonconformities/steps.ts'
import { withRequest, withRequestCommand } from '../../src/nonconformities/supplier-request.ts'

const settings = nonconformitySettings({})
const now = '2026-03-10T08:00:00.000Z'
const pending = { verdict: 'pending', by: null, accepted: 0, needed: 3, failedLot: null } as const
const scene: Scene = { by: 'user:ada', now, settings, effectiveness: pending }
const proven = { ...scene, effectiveness: { ...pending, verdict: 'proven', by: 'lots' } } as const

const found: Finding = {
  severity: 'major',
  ...{ title: 'Bores too small', lot: 'L-1', item: 'V-7', supplier: 'S-1' },
  ...{
    defect: 'bore',
    quantity: 100,
    unit: 'C62',
    owner: null,
    foundAt: '2026-03-01T00:00:00.000Z',
  },
}

function opened(more: Partial<Nonconformity> = {}): Nonconformity {
  return { ...openNonconformity('n-1', found, settings), number: 'NCR-2026-0001', ...more }
}

const note = { kind: 'note', value: 'seen', by: 'user:ada', at: now } as const
const allDone = (but: readonly StepId[] = []): readonly Step[] =>
  opened().steps.map((step) =>
    but.includes(step.step) ? step : { ...step, state: 'done', evidence: [note] },
  )
const disposition = { kind: 'scrap', quantity: 100, reason: 'r', by: 'user:ada', at: now } as const

/** In every state one of which each guard holds. */
const ready = (state: Nonconformity['state'], eightD = true) =>
  opened({ state, eightD, steps: eightD ? allDone() : [], dispositions: [disposition] })

const refusal = (work: () => unknown): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

/** What each command needs beside a reason. */
const orderOf = (command: Command) => ({
  command,
  reason: 'because',
  summary: 'done',
  step: 'D4' as const,
  disposition: { kind: 'scrap', quantity: 1e-15 } as const,
})

/** One on which the command finds all that it needs, but for the state. */
function prepared(command: Command, state: Nonconformity['state'], eightD: boolean): Nonconformity {
  const isOfOpenStep = command === 'completeStep' || command === 'skipStep'
  const one = ready(state, eightD)
  const steps = isOfOpenStep ? allDone(['D0', 'D4']) : one.steps
  return { ...one, steps: steps.map((step) => ({ ...step, evidence: [note] })) }
}

t.test('each command leads where the table says, and nowhere else', async (t) => {
  const all = [...new Set(transitions.map(({ command }) => command))]
  const cases = states.flatMap((state) =>
    [true, false].flatMap((eightD) => all.map((command) => ({ state, eightD, command }))),
  )
  t.equal(cases.length, 6 * 2 * 11)
  for (const { state, eightD, command } of cases) {
    const name = `${command} of ${state} ${eightD ? 'with' : 'without'} 8D`
    const before = prepared(command, state, eightD)
    const order = {
      ...orderOf(command),
      ...(command === 'skipStep' ? { step: 'D0' as const } : {}),
    }
    const row = transitionOf(command, before)
    t.equal(commandsOf(before).includes(command), row !== undefined, name)
    // Steps can be there only where there is a report.
    const isBare = command === 'reopenStep' && !eightD
    const code = row === undefined ? 'COMMAND_NOT_POSSIBLE' : 'EIGHT_D_NOT_STARTED'
    if (row === undefined || isBare)
      t.equal(
        refusal(() => advance(before, order, proven)),
        code,
        name,
      )
    else t.equal(advance(before, order, proven).state, row.to, name)
  }
  t.strictSame([firstState(true), firstState(false)], ['acting', 'open'])
})

t.test('each guard that a row names stands in its way', async (t) => {
  const wrong: Record<string, { one: Partial<Nonconformity>; order?: object; code: string }> = {
    reason: { one: {}, order: { reason: ' ' }, code: 'REASON_MISSING' },
    quantityLeft: {
      ...{ one: { dispositions: [disposition] } },
      order: { disposition: { kind: 'scrap', quantity: 1 } },
      code: 'DISPOSITION_EXCEEDS',
    },
    allDisposed: { one: { dispositions: [] }, code: 'DISPOSITION_INCOMPLETE' },
    actionsDone: { one: { steps: allDone(['D7', 'D8']) }, code: 'STEPS_OPEN' },
    allStepsDone: { one: { steps: allDone(['D8']) }, code: 'STEPS_OPEN' },
    requestsSettled: {
      one: { requests: [{ id: 'r', state: 'issued' } as SupplierRequest] },
      code: 'REQUESTS_OPEN',
    },
  }
  for (const { command, from, when, guards } of transitions) {
    for (const guard of guards) {
      const name = `${command} of ${from}: ${guard}`
      const before = ready(from, when !== 'noEightD')
      if (guard === 'effective') {
        const run = () => advance(before, orderOf(command), scene)
        t.equal(refusal(run), 'EFFECTIVENESS_UNPROVEN', name)
        continue
      }
      const { one, order = {}, code } = wrong[guard] as (typeof wrong)[string]
      const run = () => advance({ ...before, ...one }, { ...orderOf(command), ...order }, proven)
      t.equal(refusal(run), code, name)
    }
  }
})

t.test(
  'a step goes where its table says, after those before it, with what it has to show',
  async (t) => {
    const complete = (one: Nonconformity, step: StepId) =>
      withStep(one, 'complete', { step, summary: 'done' }, scene)
    for (const [command, { from, to }] of Object.entries(stepTransitions)) {
      for (const state of ['open', 'done', 'skipped'] as const) {
        const steps = allDone().map((one) => (one.step === 'D0' ? { ...one, state } : one))
        const run = () =>
          withStep(
            opened({ steps }),
            command as 'skip',
            { step: 'D0', summary: 's', reason: 'r' },
            scene,
          )
        if (from.includes(state)) t.equal(run().steps[0]?.state, to, `${command} of ${state}`)
        else t.equal(refusal(run), 'STEP_NOT_POSSIBLE', `${command} of ${state}`)
      }
    }
    for (const step of stepIds) {
      const { after, evidence, optional } = eightDSteps[step]
      const steps = allDone([step]).map((one) =>
        one.step === step ? { ...one, evidence: [] } : one,
      )
      const bare = opened({ steps })
      if (evidence)
        t.equal(
          refusal(() => complete(bare, step)),
          'EVIDENCE_MISSING',
          step,
        )
      else t.equal(complete(bare, step).steps.find((one) => one.step === step)?.state, 'done')
      const noted = withEvidence(bare, step, note)
      t.equal(
        refusal(() => withStep(noted, 'complete', { step }, scene)),
        'SUMMARY_MISSING',
        step,
      )
      for (const earlier of after) {
        const early = opened({ steps: allDone([step, earlier]) })
        t.equal(
          refusal(() => complete(early, step)),
          'STEP_TOO_EARLY',
          `${step} after ${earlier}`,
        )
      }
      const skip = () => withStep(bare, 'skip', { step, reason: 'r' }, scene)
      t.equal(refusal(skip), optional ? undefined : 'STEP_REQUIRED', step)
    }
    const without = opened({ steps: [] })
    t.equal(
      refusal(() => complete(without, 'D4')),
      'EIGHT_D_NOT_STARTED',
    )
    t.equal(
      refusal(() => withStep(opened(), 'complete', {}, scene)),
      'STEP_MISSING',
    )
  },
)

t.test(
  'a step that is opened again takes along what followed from it, with new days',
  async (t) => {
    const again = withStep(
      opened({ steps: allDone() }),
      'reopen',
      { step: 'D5', reason: 'r' },
      scene,
    )
    const open = again.steps.filter(({ state }) => state === 'open').map(({ step }) => step)
    t.strictSame(open, ['D5', 'D6', 'D7', 'D8'])
    t.match(again.steps[5], { round: 2, dueAt: '2026-03-24T08:00:00.000Z', overdueLevel: 0 })
  },
)

t.test('days run from when it was found, in calendar days, by the settings', async (t) => {
  const early = openNonconformity(
    'n',
    found,
    nonconformitySettings({ nonconformities: { dueDays: { D3: 1 } } }),
  )
  t.equal(early.steps[3]?.dueAt, '2026-03-02T00:00:00.000Z')
  t.equal(early.steps[4]?.dueAt, '2026-03-11T00:00:00.000Z')
  const minor = openNonconformity('n', { ...found, severity: 'minor' }, settings)
  t.match(minor, { eightD: false, state: 'open', steps: [] })
})

t.test('a failed check of effectiveness opens the cause and all after it again', async (t) => {
  const one = ready('verifying')
  const failed = advance(one, { command: 'failEffectiveness', reason: 'came back' }, scene)
  const open = failed.steps.filter(({ state }) => state === 'open').map(({ step }) => step)
  t.strictSame(open, ['D4', 'D5', 'D6', 'D7', 'D8'])
  t.match(failed, { state: 'acting', verification: { failures: 1, since: null, proof: null } })
})

t.test(
  'an action is shown to work by the next lots, in whatever order they are heard of',
  async (t) => {
    const since = '2026-03-01T00:00:00.000Z'
    const verification = { lots: 3, since, proof: null, failures: 0 }
    const lot = (n: number, accepted: boolean, defects: string[] = []): LaterLot => ({
      ...{ lot: `L-${n}`, decidedAt: `2026-03-0${n}T10:00:00.000Z`, accepted, defects },
    })
    const good = [lot(2, true), lot(3, true), lot(4, true)]
    t.match(effectivenessOf(verification, 'bore', good), {
      verdict: 'proven',
      by: 'lots',
      accepted: 3,
    })
    t.match(effectivenessOf(verification, 'bore', good.slice(1)), {
      verdict: 'pending',
      accepted: 2,
    })
    const again = [lot(2, true), lot(3, false, ['bore']), lot(4, true), lot(5, true)]
    t.match(effectivenessOf(verification, 'bore', again), { verdict: 'failed', failedLot: 'L-3' })
    const other = [lot(2, true), lot(3, false, ['scratch']), lot(4, true), lot(5, true)]
    t.match(effectivenessOf(verification, 'bore', other), { verdict: 'proven' })
    t.match(
      effectivenessOf(verification, 'bore', [lot(2, false)]),
      { verdict: 'failed' },
      'unnamed',
    )
    t.match(effectivenessOf({ ...verification, since: null }, 'bore', good), { verdict: 'pending' })
    const early = [{ ...lot(2, false, ['bore']), decidedAt: since }]
    t.match(effectivenessOf(verification, 'bore', early), { verdict: 'pending' }, 'before it stood')
    const proof = { reason: 'last of its kind', by: 'user:ada', at: since }
    t.match(effectivenessOf({ ...verification, proof }, 'bore', []), {
      verdict: 'proven',
      by: 'person',
    })
    const lots = fc.array(
      fc.record({ day: fc.integer({ min: 2, max: 9 }), accepted: fc.boolean(), own: fc.boolean() }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(lots, fc.infiniteStream(fc.nat()), (drawn, random) => {
        const some = drawn.map(({ day, accepted, own }, n) => ({
          ...lot(day, accepted, own ? ['bore'] : ['scratch']),
          lot: `L-${n}`,
        }))
        const shuffled = some
          .map((one) => ({ one, key: random.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one)
        const [a, b] = [some, shuffled].map((list) => effectivenessOf(verification, 'bore', list))
        t.strictSame(a, b)
        if (a?.verdict === 'proven') t.equal(a.accepted, 3)
      }),
    )
  },
)

t.test('a request to a supplier goes where its table says', async (t) => {
  const ask = { id: 'r-1', question: 'Why?', contact: null, links: [] }
  const issued = withRequest(opened(), ask, scene)
  const reply = { rootCause: 'c', correctiveAction: 'a', by: 'link:l', at: now }
  for (const [command, { from, to }] of Object.entries(requestTransitions)) {
    for (const state of ['issued', 'replied', 'accepted', 'cancelled'] as const) {
      const [first] = issued.requests as [SupplierRequest]
      const one = opened({ requests: [{ ...first, state }] })
      const order = { command: command as 'reply', reply, remark: 'because' }
      const run = () => withRequestCommand(one, 'r-1', order, scene).requests[0]
      if (from.includes(state)) t.match(run(), { state: to }, `${command} of ${state}`)
      else t.equal(refusal(run), 'REQUEST_NOT_POSSIBLE', `${command} of ${state}`)
    }
  }
  t.equal(
    refusal(() => withRequest(issued, { ...ask, id: 'r-2' }, scene)),
    'REQUESTS_OPEN',
  )
  t.equal(
    refusal(() => withRequest(opened({ supplier: null }), ask, scene)),
    'SUPPLIER_MISSING',
  )
  t.equal(
    refusal(() => withRequest(opened({ state: 'closed' }), ask, scene)),
    'COMMAND_NOT_POSSIBLE',
  )
  const past = { ...ask, dueAt: '2026-03-01T00:00:00.000Z' }
  t.equal(
    refusal(() => withRequest(opened(), past, scene)),
    'DUE_IN_THE_PAST',
  )
  const replied = withRequestCommand(issued, 'r-1', { command: 'reply', reply }, scene)
  t.equal(
    refusal(() => withRequestCommand(replied, 'r-1', { command: 'return' }, scene)),
    'REASON_MISSING',
  )
  t.equal(
    refusal(() => withRequestCommand(replied, 'r-9', { command: 'accept' }, scene)),
    'REQUEST_UNKNOWN',
  )
})
