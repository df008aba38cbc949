import t from 'tap'
import {
  defaultLimits,
  findingsOf,
  reconcile,
  type ShipmentFacts,
} from '../../src/exceptions/exception-rules.ts'
import { ownerOf } from '../../src/exceptions/owner-rules.ts'

const HOUR_MS = 3_600_000
const nowMs = Date.parse('2026-06-05T12:00:00Z')
const moving: ShipmentFacts = {
  status: 'in-transit',
  statusSinceMs: nowMs - HOUR_MS,
  lastScanMs: nowMs - HOUR_MS,
  deliveryAttempts: 0,
  nowMs,
}
const kinds = (more: Partial<ShipmentFacts>) =>
  findingsOf({ ...moving, ...more }, defaultLimits).map(({ kind }) => kind)

t.test('each rule has its case, and its case that is not', async (t) => {
  t.same(kinds({}), [])
  t.same(kinds({ lastScanMs: nowMs - 48 * HOUR_MS }), ['stuck'])
  t.same(
    kinds({ lastScanMs: nowMs - 48 * HOUR_MS, usualSilenceHours: 90 }),
    [],
    'usual on this lane',
  )
  t.same(kinds({ lastScanMs: nowMs - 48 * HOUR_MS, status: 'ready' }), [], 'it has not left')
  t.same(kinds({ status: 'customs', statusSinceMs: nowMs - 47 * HOUR_MS }), [])
  t.same(kinds({ status: 'customs', statusSinceMs: nowMs - 48 * HOUR_MS }), ['customs'])
  t.same(kinds({ status: 'customs-held' }), ['customs'])
  t.same(kinds({ status: 'delivery-attempted', deliveryAttempts: 1 }), [])
  t.same(kinds({ status: 'delivery-attempted', deliveryAttempts: 2 }), ['other'])
  t.same(kinds({ status: 'exception', reason: 'damaged' }), ['damaged'], 'said once')
  t.same(kinds({ status: 'exception' }), ['other'])
  t.same(kinds({ status: 'lost' }), ['lost'])
  t.same(kinds({ offRouteM: 5200 }), ['route-deviation'])
  const promise = { promisedAtMs: nowMs + HOUR_MS }
  t.same(kinds({ ...promise, lateProbability: 0.49 }), [])
  t.same(kinds({ ...promise, lateProbability: 0.5 }), ['late'])
  t.same(kinds({ promisedAtMs: nowMs - HOUR_MS }), ['late'])
  t.same(kinds({ promisedAtMs: nowMs - HOUR_MS, status: 'delivered' }), [], 'it is over')
})

t.test('what passes by itself is closed by itself, and damage is not', async (t) => {
  const again = reconcile(['late', 'damaged'], [], 'in-transit')
  t.same(again.passed, ['late'])
  t.same(reconcile(['damaged'], [], 'cancelled').passed, ['damaged'])
  const found = findingsOf({ ...moving, status: 'lost' }, defaultLimits)
  t.same(reconcile(['lost'], found, 'lost').opened, [], 'it is open already')
})

t.test('the rule that says most names the owner', async (t) => {
  const rules = [
    { owner: 'dispatch' },
    { kind: 'customs', owner: 'customs-desk' },
    { kind: 'customs', carrier: 'sf', owner: 'sf-desk' },
    { carrier: 'sf', owner: 'late-come' },
  ] as const
  const exception = { kind: 'customs', direction: 'inbound' } as const
  t.equal(ownerOf(rules, { ...exception, carrier: 'sf' }), 'sf-desk')
  t.equal(ownerOf(rules, { ...exception, carrier: 'zto' }), 'customs-desk')
  t.equal(ownerOf(rules, { ...exception, kind: 'late' }), 'dispatch')
  t.equal(ownerOf([], exception), undefined)
})
