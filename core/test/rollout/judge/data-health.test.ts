import t from 'tap'
import {
  type DataHealth,
  dataFinding,
  type SourceHealth,
} from '../../../src/rollout/judge/data-health.ts'

const now = 10_000_000
const good: SourceHealth = { name: 'calls', failuresInRow: 0, lastReadAt: now, lastError: null }
const sound: DataHealth = {
  now,
  weightBp: 500,
  stepStartedAt: now - 60_000,
  exposuresInStep: 12,
  sources: [good],
}

const failing = (failuresInRow: number, agoMs: number): SourceHealth => ({
  name: 'orders.confirmed',
  failuresInRow,
  lastReadAt: now - agoMs,
  lastError: 'CORE_SERVICE_MISSING',
})

t.test('while everything is read there is nothing to say', async (t) => {
  t.same(dataFinding(sound), { kind: 'sound' })
})

t.test('a source that fails once or thrice is a blip', async (t) => {
  t.equal(dataFinding({ ...sound, sources: [good, failing(3, 30_000)] }).kind, 'sound')
})

t.test('four failures in a row pause, and say that they are no news of the version', async (t) => {
  const found = dataFinding({ ...sound, sources: [good, failing(4, 40_000)] })
  t.equal(found.kind, 'pause')
  if (found.kind === 'sound') return
  t.match(
    found.sentence.en,
    'paused: "orders.confirmed" could not be read 4 times in a row (CORE_SERVICE_MISSING), or not be judged; this says nothing',
  )
  t.match(found.sentence['zh-CN'], '连续 4 次读取或判定失败')
})

t.test('a canary that has calls and cannot be seen for two minutes is taken back', async (t) => {
  const found = dataFinding({ ...sound, sources: [failing(13, 130_000)] })
  t.equal(found.kind, 'abort')
  t.match(found.kind === 'abort' ? found.sentence.en : '', 'could not be read for 130 s')
})

t.test('a source that was never read is blind from the step’s beginning', async (t) => {
  const never = { ...failing(1, 0), lastReadAt: null }
  t.equal(dataFinding({ ...sound, sources: [never] }).kind, 'sound')
  t.equal(dataFinding({ ...sound, stepStartedAt: now - 121_000, sources: [never] }).kind, 'abort')
})

t.test('a source that is read seldom, but well, is not blind', async (t) => {
  t.equal(
    dataFinding({ ...sound, sources: [{ ...good, lastReadAt: now - 600_000 }] }).kind,
    'sound',
  )
})

t.test('without weight nobody can be hurt by what is not seen', async (t) => {
  t.equal(dataFinding({ ...sound, weightBp: 0, sources: [failing(50, 900_000)] }).kind, 'sound')
})

t.test('half an hour without a call is spoken of and is never success', async (t) => {
  const silent = { ...sound, exposuresInStep: 0, stepStartedAt: now - 1_800_000 }
  const found = dataFinding(silent)
  t.equal(found.kind, 'hold')
  t.match(
    found.kind === 'hold' ? found.sentence.en : '',
    'in 30 minutes, and no data is never success',
  )
  t.equal(dataFinding({ ...silent, stepStartedAt: now - 60_000 }).kind, 'sound')
  const patient = { mostFailures: 4, mostBlindMs: 120_000, noTrafficMs: null }
  t.equal(dataFinding(silent, patient).kind, 'sound')
})
