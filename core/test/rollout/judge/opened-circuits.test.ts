import type { Culprit } from '@signalbox/sandbox'
import t from 'tap'
import { NodeCounters } from '../../../src/rollout/judge/node-counters.ts'
import { circuitOpened } from '../../../src/rollout/judge/opened-circuits.ts'
import { emptySnapshot, type Snapshot } from '../../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const culprit: Culprit = {
  plugin: '@acme/orders',
  version: '1.4.0',
  publisher: '@acme',
  tenant: 'north',
  code: 'SBX_TURN_TIMEOUT',
}
const cohort = { salt: 's', weightBp: 500, cohortBy: 'request' } as never
const snapshot: Snapshot = {
  ...emptySnapshot,
  rollouts: new Map([['@acme/orders', { id: 'r1', from: '1.3.0', to: '1.4.0', step: 0, cohort }]]),
}

t.test('an opened circuit speaks against its arm, and stands in audit and outbox', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl, { name: 'test' })
  t.teardown(() => knex.destroy())
  const counters = new NodeCounters()
  let looks = 0
  const ports = {
    knex,
    snapshot: () => snapshot,
    rollouts: { countersOf: () => counters, look: () => void looks++ },
    log: { error: (fields: object) => t.fail('nothing goes wrong', fields) },
    now: () => 1000,
  }
  await circuitOpened(ports, culprit, 3)
  t.match(counters.trips, { canary: { circuit: 1 }, stable: { circuit: 0 } })
  t.equal(looks, 1, 'nobody waits for the next tick')
  await circuitOpened(ports, { ...culprit, version: '1.2.0' }, 3)
  t.match(counters.trips, { canary: { circuit: 1 }, stable: { circuit: 0 } }, 'not of the rollout')
  const entries = await knex('audit_entries').orderBy('id')
  t.match(entries, [
    {
      actor: 'sandbox',
      action: 'plugin.circuit_opened',
      subject: '@acme/orders@1.4.0',
      detail: { strikes: 3, code: 'SBX_TURN_TIMEOUT', tenant: 'north' },
    },
    { subject: '@acme/orders@1.2.0' },
  ])
  t.match(await knex('outbox_events').orderBy('id'), [
    { type: 'signalbox.plugin.circuit_opened' },
    {},
  ])
})

t.test('the news of a circuit is lost without its database, the trip is not', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl, { name: 'test' })
  await knex.destroy()
  const counters = new NodeCounters()
  const errors: object[] = []
  await circuitOpened(
    {
      knex,
      snapshot: () => snapshot,
      rollouts: { countersOf: () => counters, look: () => undefined },
      log: { error: (fields) => errors.push(fields) },
      now: () => 1000,
    },
    culprit,
    3,
  )
  t.match(counters.trips, { canary: { circuit: 1 } })
  t.match(errors, [{ plugin: '@acme/orders', version: '1.4.0' }])
})
