import t from 'tap'
import { drainingLines, newsOf, rolloutLine, waitingLines } from '../../src/cli/rollout-line.ts'
import type { ShownRollout } from '../../src/rollout/shown-rollout.ts'

const said = (en: string) => ({ en, 'zh-CN': en })
const shown = (parts: object = {}): ShownRollout =>
  ({
    state: 'running',
    from: '1.0.0',
    to: '1.1.0',
    step: 0,
    steps: [
      { weightBp: 2500, hold: {} },
      { weightBp: 10_000, hold: {} },
    ],
    weightBp: 2500,
    calls: { stable: 30, canary: 10 },
    evidence: { verdict: 'clear', e: 0.5, threshold: 100, sentence: said('nothing against 1.1.0') },
    shadow: null,
    waiting: said('9 s of the hold are left'),
    standstill: null,
    pausedFor: null,
    draining: null,
    transitions: [{ reason: said('by hand') }],
    ...parts,
  }) as unknown as ShownRollout

t.test('a line tells weight, step and whose calls they are', async (t) => {
  t.equal(
    rolloutLine(shown()),
    'running · 1.0.0 → 1.1.0 · 25 % · step 1 of 2 · calls: 30 of 1.0.0, 10 of 1.1.0 · evidence 0.5 / 100 · nothing against 1.1.0',
  )
})

t.test('of one that is over no weight is told: a completed version serves all', async (t) => {
  const line = rolloutLine(shown({ state: 'completed', weightBp: 0 }))
  t.match(line, /^completed · 1\.0\.0 → 1\.1\.0 · calls: /)
  t.notMatch(line, ' 0 %')
})

t.test('what holds it besides is told, once', async (t) => {
  const frozen = said('the freeze "year-end" is in force: stock-taking')
  t.same(waitingLines(shown({ standstill: frozen })), [
    'waits: 9 s of the hold are left',
    `nothing goes on meanwhile: ${frozen.en}`,
  ])
  t.same(waitingLines(shown({ standstill: frozen, waiting: frozen })), [`waits: ${frozen.en}`])
})

t.test('news are what a person must know at once: not each call, not each second', async (t) => {
  const before = newsOf(shown())
  const later = { calls: { stable: 99, canary: 40 }, waiting: said('3 s of the hold are left') }
  t.equal(newsOf(shown(later)), before)
  t.not(newsOf(shown({ waiting: said('an admin of acme has to approve') })), before)
  t.not(newsOf(shown({ standstill: said('locked down') })), before)
  t.not(newsOf(shown({ step: 1 })), before)
  t.not(newsOf(shown({ state: 'paused', pausedFor: 'signal' })), before)
})

t.test('a version that drains is told with its calls', async (t) => {
  t.same(drainingLines(shown()), [])
  const draining = { version: '1.1.0', inFlight: 2 }
  t.match(drainingLines(shown({ draining })), [/^1\.1\.0 .* 2 calls/])
})
