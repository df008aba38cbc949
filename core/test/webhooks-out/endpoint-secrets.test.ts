import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { createKnex } from '../../src/storage/create-knex.ts'
import { drawnSecret, secretsInForce } from '../../src/webhooks-out/endpoint-secrets.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile, keyLine, nodeKeys } from '../support/sealing.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

const now = Date.UTC(2026, 0, 1)
const draw = (fill: string) => (size: number) => Buffer.alloc(size, fill)

t.test('a secret opens for its endpoint alone, and under a new key of the host, too', async (t) => {
  const [old, next] = [keyLine(), keyLine()]
  const file = await keyFile(t, old)
  const { sealer } = nodeKeys(knex, file)
  for (const tenant of ['acme', null]) {
    const id = `whe_${tenant}`
    const { text, sealed } = await drawnSecret(sealer, { id, tenant }, draw('s'))
    t.equal(text, `whsec_${Buffer.alloc(32, 's').toString('base64')}`)
    t.notOk(sealed.sealed.includes(Buffer.alloc(32, 's')))
    const secrets = { current: sealed, previous: null }
    const opened = await secretsInForce(sealer, { endpoint: id, tenant, secrets }, now)
    t.same(opened, [Buffer.alloc(32, 's')])
    await t.rejects(secretsInForce(sealer, { endpoint: 'whe_other', tenant, secrets }, now))
    const other = tenant === null ? 'acme' : null
    await t.rejects(secretsInForce(sealer, { endpoint: id, tenant: other, secrets }, now))
    await writeFile(file, next + old)
    const renewed = nodeKeys(knex, file)
    await knex.transaction((trx) => renewed.keys.rewrap(trx))
    await writeFile(file, next)
    const after = nodeKeys(knex, file)
    t.same(await secretsInForce(after.sealer, { endpoint: id, tenant, secrets }, now), opened)
    await writeFile(file, next + old)
  }
})

t.test('the secret before is in force until its time is over', async (t) => {
  const { sealer } = nodeKeys(knex, await keyFile(t))
  const named = { id: 'whe_1', tenant: 'globex' }
  await knex('tenants').insert({ id: 'globex', name: 'Globex' })
  const current = (await drawnSecret(sealer, named, draw('n'))).sealed
  const before = (await drawnSecret(sealer, named, draw('o'))).sealed
  const secrets = { current, previous: { ...before, until: new Date(now) } }
  const at = (time: number) =>
    secretsInForce(sealer, { endpoint: 'whe_1', tenant: 'globex', secrets }, time)
  t.same(await at(now - 1), [Buffer.alloc(32, 'n'), Buffer.alloc(32, 'o')])
  t.same(await at(now), [Buffer.alloc(32, 'n')])
})
