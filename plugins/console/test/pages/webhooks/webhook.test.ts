import t from 'tap'
import { healthOf, mayChange } from '../../../web/pages/webhooks/webhook.ts'
import { ann, operator } from '../../viewers.ts'

const nowMs = Date.parse('2026-03-01T10:00:00Z')
const well = { state: 'enabled', failures: 0, restUntil: null } as const

t.test('a webhook that fails rests for a while, and is tried again', async (t) => {
  t.equal(healthOf(well, nowMs), 'well')
  t.equal(healthOf({ ...well, failures: 3 }, nowMs), 'failing')
  const until = (restUntil: string) => healthOf({ ...well, failures: 12, restUntil }, nowMs)
  t.equal(until('2026-03-01T10:00:30Z'), 'resting')
  t.equal(until('2026-03-01T09:59:30Z'), 'failing')
})

t.test('what is paused or disabled is that, however it did', async (t) => {
  t.equal(healthOf({ ...well, state: 'paused', failures: 3 }, nowMs), 'paused')
  t.equal(healthOf({ ...well, state: 'disabled', failures: 99 }, nowMs), 'disabled')
})

t.test('a tenant’s webhooks are its admin’s, and the host’s the operator’s', async (t) => {
  const sender = ann({ actions: ['webhook.write'] })
  t.ok(mayChange(operator(), null))
  t.notOk(mayChange(operator(), 'acme'))
  t.ok(mayChange(sender, 'acme'))
  t.notOk(mayChange(sender, 'globex'))
  t.notOk(mayChange(sender, null))
  t.notOk(mayChange(ann(), 'acme'))
})
