import t from 'tap'
import type { RolloutDescription } from '../../../src/rollout/describe-rollout.ts'
import { approverView } from '../../../src/rollout/plan/approver-view.ts'

const gate = { service: 'governance.board', major: 1, operation: 'mayRelease' }
const steps = [
  { shadow: { sample: 0.2, minRequests: 10, maxDiff: 0 } },
  { gate: { tenant: 'globex', input: { board: 'of globex' }, ...gate } },
  { gate: { tenant: 'acme', ...gate } },
  { weightBp: 100, cohort: 'globex-first', hold: { exposures: 10 } },
  { approve: { tenant: 'acme' } },
  { approve: { tenant: 'globex' } },
  { hook: { url: 'https://globex.example.com/secret' } },
  { weightBp: 10_000, hold: {}, bake: { durationMs: 1000 } },
]
const described = {
  id: 'rol_1',
  plugin: 'orders',
  salt: 'rol_secret',
  lists: { deny: ['tenant:globex'], allow: [], cohorts: { 'globex-first': ['tenant:globex'] } },
  keys: { unit: '/site' },
  gateAnswer: { reason: 'globex says so' },
  transitions: [{ reason: 'globex' }],
  evidence: { sentence: { en: 'nothing against it' } },
  weightBp: 100,
  steps,
  newerPart: 'globex',
} as unknown as RolloutDescription

t.test('an approver sees the figures, and of what asks another tenant only the kind', async (t) => {
  const view = approverView(described, 'acme')
  t.match(view, {
    id: 'rol_1',
    weightBp: 100,
    evidence: { sentence: { en: 'nothing against it' } },
  })
  t.same(view.steps, [
    steps[0],
    { gate: {} },
    steps[2],
    { weightBp: 100, hold: { exposures: 10 } },
    steps[4],
    { approve: {} },
    { hook: {} },
    steps[7],
  ])
  t.notMatch(JSON.stringify(view), /globex|secret|site/)
})
