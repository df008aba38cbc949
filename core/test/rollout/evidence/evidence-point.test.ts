import t from 'tap'
import {
  type EvidencePoint,
  evidencePoint,
  isNews,
} from '../../../src/rollout/evidence/evidence-point.ts'
import { evidence } from '../../../src/rollout/judge/judge.ts'
import { emptyJudgeState, recordDisagreement } from '../../../src/rollout/judge/judge-state.ts'

const calls = { stable: 95, canary: 5 }
const versions = { cohortBy: 'request', canary: '1.2.0', stable: '1.1.0' } as const
const seen = recordDisagreement(emptyJudgeState, { canaryFailed: true, probability: 0.05 })
const point = evidencePoint({ step: 1, weightBp: 500 }, calls, evidence(seen, versions))

t.test('a point holds each ground by itself beside the mean that is judged', async (t) => {
  t.match(point, { step: 1, weightBp: 500, verdict: 'clear', ground: 'failures', calls })
  const { grounds } = evidence(seen, versions)
  t.ok(grounds.length >= 2)
  const proofs = grounds.filter(({ isProof }) => isProof)
  const mean = proofs.reduce((sum, { e, weight }) => sum + e * weight, 0)
  t.ok(Math.abs(mean - point.e) < 1e-3 * mean, 'e is the weighted mean of what may stop it')
  t.ok((point.grounds['failures'] ?? 0) > 1)
})

t.test('only what says something new is told, and not twice a second', async (t) => {
  const last = { point, at: 10_000 }
  const more: EvidencePoint = { ...point, calls: { ...calls, stable: 96 } }
  t.equal(isNews(point, undefined, 10_000), true, 'the first')
  t.equal(isNews(point, last, 60_000), false, 'nothing changed')
  t.equal(isNews(more, last, 10_999), false, 'too soon')
  t.equal(isNews(more, last, 11_000), true)
  t.equal(isNews({ ...point, e: 7 }, last, 11_000), true)
  t.equal(isNews(more, last, 0), true, 'a clock that was set back silences nothing')
})

t.test('a verdict and a step that begins do not wait', async (t) => {
  const last = { point, at: 10_000 }
  t.equal(isNews({ ...point, verdict: 'stop' }, last, 10_001), true)
  t.equal(isNews({ ...point, step: 2 }, last, 10_001), true)
})
