import t from 'tap'
import type { LedgerEntry } from '../../../src/broker/db/ledger.ts'
import type { RehearsalReport } from '../../../src/broker/db/rehearsal/rehearse.ts'
import { RehearsalService } from '../../../src/rollout/rehearsal/rehearsal-service.ts'
import { because, full, openRollouts, operator } from '../../support/rollouts.ts'

const { knex, rollouts } = await openRollouts(t)
const manifest = { migrations: 'migrations', capabilities: { 'db:own': [] } }
await knex('installations').update({ manifest: JSON.stringify(manifest) })
const sha256 = '0'.repeat(64)
await knex('contents').insert({ sha256, size: 1 })
const path = 'migrations/0001-a.expand.sql'
await knex('installation_files').insert({ plugin: 'one', version: '1.1.0', path, sha256, size: 1 })

const report: RehearsalReport = {
  reversible: true,
  differences: [],
  leftOut: 0,
  rows: {},
  steps: ['0001-a'],
  tookMs: 1,
}
let ledger: readonly LedgerEntry[] = []
let rehearse = async () => report
const service = new RehearsalService({
  knex,
  read: async () => Buffer.from('create table a (tenant text not null)'),
  databases: {
    ledger: async () => ledger,
    rehearse: () => rehearse(),
    sweepRehearsals: async () => 0,
  },
  selfTest: async () => undefined,
  waitMs: 2000,
  log: { info: () => undefined, warn: (fields, message) => t.fail(message, fields) },
})
t.teardown(() => service.stop())
rollouts.rehearseWith(service)

t.test('a rollout does not start on a rehearsal of other texts', async (t) => {
  const pair = { plugin: 'one', from: '1.0.0', to: '1.1.0' }
  const before = await service.ensure(pair)
  t.ok(before !== undefined && (await service.isMet(knex, pair, before)))
  // Another version brought a step meanwhile: what stands now is not what was rehearsed.
  const more = {
    name: '0000-more',
    expandSql: 'create table b (tenant text not null)',
    downSql: '',
  }
  ledger = [{ ...more, version: '0.9.0', checksum: '-' }]
  let end: (found: RehearsalReport) => void = () => undefined
  rehearse = () =>
    new Promise((resolve) => {
      end = resolve
    })
  const { id } = await rollouts.create(operator, {
    plugin: 'one',
    version: '1.1.0',
    steps: [full] as never,
  })
  const start = () => rollouts.command(operator, id, 'start', because)
  await t.rejects(start(), { message: /its migration was rehearsed/ })
  end(report)
  t.match(await start(), { state: 'running' })
  const now = await service.ensure(pair)
  t.ok(now !== undefined && now !== before)
  t.notOk(await service.isMet(knex, pair, before ?? ''))
})
