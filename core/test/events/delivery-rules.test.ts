import t from 'tap'
import { sandboxErrors } from '../../../sandbox/src/sandbox-errors.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { coreErrors } from '../../src/errors.ts'
import { hostDelay, verdictOf } from '../../src/events/delivery-verdict.ts'
import {
  HOST_DELAY_MS,
  jittered,
  MAX_TRIES,
  retryDelayMs,
  retryDelaysMs,
} from '../../src/events/retry-table.ts'

const used = { cpuMs: 1, peakHeapMb: 1, bytesOut: 0, hostCalls: 0 }
const trace = { seed: '', deadlineAt: 0, startedAt: 0, answers: [] }
const parameters = { plugin: 'p', version: '1.0.0', reason: 'x\u0000\ud800'.repeat(500) }
const error = sandboxErrors.create('PLUGIN_THREW', parameters)
const failed = (blame: 'plugin' | 'host') =>
  ({ kind: 'failed', error, blame, ...used, trace }) as const

t.test('each wait is longer than the one before, and half of it at most is chance', async (t) => {
  t.same(
    retryDelaysMs,
    [...retryDelaysMs].sort((a, b) => a - b),
  )
  t.equal(jittered(1000, 0), 500)
  t.ok(jittered(1000, 0.999) <= 1000)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (tries, random) => {
        const delay = retryDelayMs(tries, random)
        const longest = retryDelaysMs[tries - 1]
        if (longest === undefined) return delay === undefined
        return delay !== undefined && delay >= longest / 2 - 1 && delay <= longest
      },
    ),
  )
})

t.test('a plugin has ten tries, then the event is a dead letter', async (t) => {
  t.equal(MAX_TRIES, 10)
  for (let tries = 0; tries < MAX_TRIES - 1; tries++) {
    t.match(verdictOf(failed('plugin'), tries, 0.5), { state: 'waiting', isCounted: true })
  }
  t.match(verdictOf(failed('plugin'), MAX_TRIES - 1, 0.5), {
    state: 'dead',
    isCounted: true,
    code: 'SBX_PLUGIN_THREW',
  })
})

t.test('what the host is to blame for is no try, however often', async (t) => {
  for (const tries of [0, 5, MAX_TRIES - 1, 100]) {
    const verdict = verdictOf(failed('host'), tries, 0.5)
    t.match(verdict, { state: 'waiting', isCounted: false })
    t.ok(verdict.delayMs <= HOST_DELAY_MS)
  }
  const away = coreErrors.create('DATABASE_UNAVAILABLE')
  t.match(hostDelay(away, 0), { state: 'waiting', code: 'CORE_DATABASE_UNAVAILABLE' })
  t.match(hostDelay(new TypeError('a secret path'), 0), { code: 'CORE_INTERNAL', detail: null })
})

t.test('a refusal is a dead letter at once, an answer is the end', async (t) => {
  const refused = { kind: 'refused', code: 'NOT_WANTED', message: 'No.', ...used, trace } as const
  t.match(verdictOf(refused, 0, 0), { state: 'dead', code: 'NOT_WANTED', detail: 'No.' })
  const ok = { kind: 'ok', outputJson: 'null', ...used, trace } as const
  t.match(verdictOf(ok, 3, 0), { state: 'done', isCounted: true, code: null })
})

t.test('what is kept of a failure fits a column of text', async (t) => {
  const { detail } = verdictOf(failed('plugin'), 0, 0)
  t.ok((detail ?? '').length <= 500)
  t.notOk(detail?.includes('\u0000'))
  t.ok(detail?.isWellFormed())
})
