import type { GuestOutcome } from '@signalbox/sandbox'
import t from 'tap'
import { judgedEntry } from '../../src/broker/judged-entry.ts'

function failure(code: string, blame: 'plugin' | 'host' = 'plugin'): GuestOutcome {
  return { kind: 'failed', error: { code }, blame } as unknown as GuestOutcome
}

t.test('how a handler ended, as the judge sees it', async (t) => {
  const ok = { kind: 'ok', outputJson: 'null' } as unknown as GuestOutcome
  const refused = { kind: 'refused', code: 'NO', message: '' } as unknown as GuestOutcome
  t.same(judgedEntry(ok), { outcome: 'answered', trip: undefined })
  t.same(judgedEntry(refused), { outcome: 'refused', trip: undefined })
  const rows = [
    ['SBX_GUEST_THREW', 'failed', undefined],
    ['SBX_TURN_TIMEOUT', 'failed', 'kill'],
    ['SBX_DEADLINE_EXCEEDED', 'late', 'kill'],
    ['SBX_LOAD_FAILED', 'failed', 'load'],
    ['SBX_HOST_CALL_FAILED', 'unjudged', undefined],
    ['SBX_HANDLER_MISSING', 'failed', undefined],
    ['SBX_OUTPUT_NOT_JSON', 'failed', undefined],
  ] as const
  for (const [code, outcome, trip] of rows) {
    t.same(judgedEntry(failure(code)), { outcome, trip }, code)
  }
  t.same(judgedEntry(failure('SBX_MEMORY_EXCEEDED', 'host')), {
    outcome: 'unjudged',
    trip: undefined,
  })
})
