import t from 'tap'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import { evidence, judge } from '../../../src/rollout/judge/judge.ts'
import {
  emptyJudgeState,
  type JudgedVersions,
  type JudgeState,
  type Metric,
  mergeJudgeStates,
  recordBothFailed,
  recordCalls,
  recordDisagreement,
  recordEvent,
  recordRescue,
  recordSlowness,
} from '../../../src/rollout/judge/judge-state.ts'

const versions: JudgedVersions = { cohortBy: 'request', canary: '1.2.0', stable: '1.1.0' }

function failures(count: number, probability: number): JudgeState {
  let state = emptyJudgeState
  for (let failed = 0; failed < count; failed++) {
    state = recordDisagreement(state, { canaryFailed: true, probability })
  }
  return state
}

function events(metric: Metric, arms: readonly Arm[], probability: number): JudgeState {
  return arms.reduce<JudgeState>(
    (state, arm) => recordEvent(state, metric, arm, probability),
    emptyJudgeState,
  )
}

t.test('a dead canary is stopped by its third failed call at 5 %, its second at 1 %', async (t) => {
  t.equal(judge(failures(2, 0.05), 'request').verdict, 'clear')
  t.equal(judge(failures(3, 0.05), 'request').verdict, 'stop')
  t.equal(judge(failures(2, 0.01), 'request').verdict, 'stop')
})

t.test('the heavier the weight, the more failures it takes', async (t) => {
  const needed = [0.01, 0.05, 0.1, 0.25, 0.5].map((probability) => {
    let count = 0
    while (judge(failures(count, probability), 'request').verdict === 'clear') count += 1
    return count
  })
  t.same(needed, [2, 3, 4, 6, 12])
})

t.test('the reason for a stop can be read', async (t) => {
  const found = evidence(failures(3, 0.05), versions)
  t.equal(
    found.sentence.en,
    'stopped: 3 of 3 failed calls were of 1.2.0; chance of this with a healthy version: under 1 %',
  )
  t.equal(
    found.sentence['zh-CN'],
    '已停止：3 次失败调用中有 3 次属于 1.2.0；若版本正常，出现此情况的概率低于 1 %',
  )
  t.ok(found.e >= found.threshold)
})

t.test('the share of calls it had is told beside its share of failures', async (t) => {
  const seen = recordCalls(recordCalls(failures(3, 0.05), 'canary', 21), 'stable', 379)
  const { sentence } = evidence(seen, versions)
  t.match(sentence.en, '3 of 3 failed calls were of 1.2.0, which had 5.3 % of all calls; chance')
  t.match(sentence['zh-CN'], '（其承担全部调用的 5.3 %）')
})

t.test('so can the absence of one', async (t) => {
  const unseen = evidence(recordCalls(emptyJudgeState, 'canary', 40), versions)
  t.equal(unseen.sentence.en, 'nothing against 1.2.0 in 40 of its calls')
  const one = evidence(failures(1, 0.5), versions)
  t.equal(one.verdict, 'clear')
  t.match(one.sentence.en, /^nothing proven against 1\.2\.0: 1 of 1 failed calls.*\/ 100$/)
})

t.test('failures of stable speak for the canary', async (t) => {
  const state = recordDisagreement(failures(1, 0.05), { canaryFailed: false, probability: 0.05 })
  t.ok(judge(state, 'request').e < judge(failures(1, 0.05), 'request').e)
})

/** Calls of the canary slower than 99 in 100 of stable's. */
function slow(count: number): JudgeState {
  let state = emptyJudgeState
  for (let call = 0; call < count; call++) {
    state = recordSlowness(state, 'overHundredth', 'canary', 0.05)
  }
  return state
}

t.test('slowness alone stops a version whose calls are drawn one by one', async (t) => {
  const state = slow(4)
  const found = evidence(state, versions)
  t.equal(found.verdict, 'stop')
  t.match(found.sentence.en, '4 of 4 calls slower than 99 in 100 of those of 1.1.0 were of 1.2.0')
})

t.test('where a cohort stays together slowness holds a step and stops nothing', async (t) => {
  const state = slow(30)
  const found = evidence(state, { ...versions, cohortBy: 'app' })
  t.equal(found.verdict, 'suspect')
  t.match(found.sentence.en, /^held: .*payloads may be to blame/)
  t.equal(
    judge(events('unpaired', new Array<Arm>(9).fill('canary'), 0.05), 'app').verdict,
    'suspect',
  )
})

t.test('a paired failure stops any cohort', async (t) => {
  t.equal(judge(failures(3, 0.05), 'app').verdict, 'stop')
})

t.test('the state survives JSON and adds up over nodes', async (t) => {
  const one = recordBothFailed(recordCalls(failures(1, 0.05), 'canary', 20))
  const other = recordCalls(failures(2, 0.05), 'stable', 380)
  const merged = mergeJudgeStates(JSON.parse(JSON.stringify(one)), other)
  t.same(merged.calls, { canary: 20, stable: 380 })
  t.equal(merged.bothFailed, 1)
  t.equal(judge(merged, 'request').verdict, 'stop')
  t.same(mergeJudgeStates(one, emptyJudgeState), one)
})

t.test('overwhelming evidence is still a number that JSON holds', async (t) => {
  const { e } = judge(failures(500, 0.05), 'request')
  t.equal(JSON.parse(JSON.stringify({ e })).e, e)
  t.equal(e, 1e15)
})

t.test('a version that stable must answer for is stopped at any weight', async (t) => {
  let state = emptyJudgeState
  let calls = 0
  while (judge(state, 'request').verdict === 'clear') {
    state = recordRescue(state, 'rescued')
    calls += 1
  }
  t.equal(calls, 13)
  t.match(
    evidence(state, versions).sentence.en,
    'stopped: 13 of 13 calls of 1.2.0 had to be answered by 1.1.0; chance',
  )
})
