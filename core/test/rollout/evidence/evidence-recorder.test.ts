import type { Knex } from 'knex'
import t, { type Test } from 'tap'
import { stepsOf } from '../../../src/rollout/evidence/analysis.ts'
import type { EvidencePoint } from '../../../src/rollout/evidence/evidence-point.ts'
import { EvidenceRecorder } from '../../../src/rollout/evidence/evidence-recorder.ts'
import { listPoints, thinPoints } from '../../../src/rollout/evidence/evidence-store.ts'
import { MOST_POINTS } from '../../../src/rollout/evidence/thin-evidence.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const rollout = 'rol_1'
const point: EvidencePoint = {
  step: 0,
  weightBp: 100,
  verdict: 'clear',
  ground: 'failures',
  e: 1,
  calls: { stable: 0, canary: 0 },
  grounds: { failures: 1, rescues: 1 },
}

async function storeOf(t: Test): Promise<Knex> {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl, { name: 'test' })
  t.teardown(() => knex.destroy())
  // A rollout without all that an installation is.
  await knex.raw('alter table rollouts drop constraint rollouts_installed_from')
  await knex.raw('alter table rollouts drop constraint rollouts_installed_to')
  await knex('plugins').insert({ name: 'orders' })
  await knex('rollouts').insert({
    id: rollout,
    plugin: 'orders',
    from_version: '1.0.0',
    to_version: '1.1.0',
    state: 'running',
    cohort_by: 'request',
    steps: '[]',
    step: 0,
  })
  return knex
}

function recorderOf(knex: Knex) {
  const clock = { now: 0 }
  const warnings: string[] = []
  const recorder = new EvidenceRecorder({
    knex,
    now: () => clock.now,
    log: { warn: (_fields, message) => warnings.push(message) },
  })
  return { recorder, clock, warnings }
}

t.test('evidence is written as it grows, and read oldest first', async (t) => {
  const knex = await storeOf(t)
  const { recorder, clock, warnings } = recorderOf(knex)
  const grown = { ...point, e: 12.5, calls: { stable: 90, canary: 4 } }
  await recorder.record(rollout, point)
  await recorder.record(rollout, grown)
  clock.now = 1000
  await recorder.record(rollout, grown)
  await recorder.record(rollout, { ...grown, verdict: 'stop', e: 140 })
  const points = await listPoints(knex, rollout)
  t.match(points, [point, grown, { verdict: 'stop', e: 140 }])
  t.equal(points.length, 3, 'one a second, and the verdict at once')
  const [{ highestE, since, until } = { highestE: 0, since: '', until: '' }] = stepsOf(points)
  t.equal(highestE, 140)
  t.ok(since <= until)
  t.same(warnings, [])
})

t.test('two nodes write one line of time, which never grows beyond its bound', async (t) => {
  const knex = await storeOf(t)
  await knex.raw(
    `insert into rollout_evidence (rollout, at, step, weight_bp, verdict, ground, e, figures)
     select ?, now() - interval '1 second' * (2000 - n), n / 700, 100, 'clear', 'failures',
            case n when 1234 then 80 else 1 end, '{"calls":{},"grounds":{}}'
       from generate_series(0, 1999) n`,
    [rollout],
  )
  const { recorder } = recorderOf(knex)
  const second = recorderOf(knex)
  await Promise.all([
    recorder.record(rollout, { ...point, step: 2 }),
    second.recorder.record(rollout, { ...point, step: 2 }),
    thinPoints(knex, rollout),
  ])
  const rows = await knex('rollout_evidence').where({ rollout })
  t.ok(rows.length <= MOST_POINTS, `${rows.length} rows`)
  t.ok(
    rows.some(({ e }) => e === 80),
    'the highest is kept',
  )
  t.same([...new Set(rows.map(({ step }) => step))].sort(), [0, 1, 2])
})

t.test('a row that cannot be written stops nothing, and is told once', async (t) => {
  const knex = await storeOf(t)
  const { recorder, clock, warnings } = recorderOf(knex)
  await recorder.record('rol_unknown', point)
  clock.now = 5000
  await recorder.record('rol_unknown', point)
  t.same(warnings, ['evidence over time is not being written'])
  await recorder.record(rollout, point)
  await recorder.record('rol_unknown', point)
  t.equal(warnings.length, 2, 'and again when it begins again')
  recorder.forget(new Set())
  await recorder.record(rollout, point)
  t.equal((await listPoints(knex, rollout)).length, 2, 'a forgotten one begins anew')
})
