import t from 'tap'
import { RemovalService } from '../../src/removal/removal-service.ts'
import { heldStandstill } from '../../src/rollout/standstill/freeze-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { insertInstalled } from '../support/installed-plugin.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

t.test('a removal and a move of a rollout never wait for each other in a circle', async (t) => {
  await insertInstalled(knex, '@lock/it', '1.0.0')
  const service = new RemovalService({
    knex,
    routing: { reach: async () => undefined },
    worker: { attend: async () => undefined, interrupt: async () => undefined },
  } as never)
  // A move holds the freezes, and comes to the plugin's row then.
  const move = await knex.transaction()
  await heldStandstill(move)
  const caller = { actor: 'operator', traceId: null }
  const removing = service.remove(caller, '@lock/it', undefined)
  const waiting = () =>
    knex.raw("select from pg_locks where not granted and relation = 'rollout_freezes'::regclass")
  while ((await waiting()).rows.length === 0) await new Promise(setImmediate)
  await t.resolves(move('plugins').where({ name: '@lock/it' }).forUpdate().noWait())
  await move.commit()
  t.match(await removing, { plugin: '@lock/it', versions: ['1.0.0'] })
})
