import { type GuestOutcome, sandboxErrors } from '@signalbox/sandbox'
import t from 'tap'
import { blameOf } from '../../src/broker/failed-outcome.ts'
import { judgedEntry } from '../../src/broker/judged-entry.ts'
import { coreErrors } from '../../src/errors.ts'

const who = { plugin: 'one', version: '1.1.0', reason: 'its bytes are not at hand' }
const failedBy = (cause: unknown): Parameters<typeof blameOf>[0] & { kind: 'failed' } => ({
  kind: 'failed',
  error: sandboxErrors.create('LOAD_FAILED', who, { cause }),
  blame: 'host',
})

t.test('a bundle that is no longer stored is the fault of its version', async (t) => {
  const lost = failedBy(coreErrors.create('CONTENT_CORRUPT', { sha256: 'ab' }))
  t.equal(blameOf(lost), 'plugin')
  t.match(judgedEntry(lost as GuestOutcome), { outcome: 'failed', trip: 'load' })
})

t.test('a bundle that cannot be read just now is nobody’s', async (t) => {
  for (const cause of [
    new Error('connect ECONNREFUSED'),
    coreErrors.create('DATABASE_UNAVAILABLE'),
  ]) {
    const away = failedBy(cause)
    t.equal(blameOf(away), 'host')
    t.match(judgedEntry(away as GuestOutcome), { outcome: 'unjudged', trip: undefined })
  }
})
