import t from 'tap'
import { AccessChanges } from '../../../src/identity/access/access-changes.ts'
import { loadGrants } from '../../../src/identity/access/access-store.ts'
import type { Asker } from '../../../src/identity/asker.ts'
import { UnitService } from '../../../src/identity/organisation/unit-service.ts'
import type { UserPrincipal } from '../../../src/identity/principal.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const tenant = 'acme'
await knex('tenants').insert({ id: tenant, name: 'Acme' })
const parents = { acme: null, mine: 'acme', theirs: 'acme', line: 'theirs', hall: 'mine' }
for (const [id, parent] of Object.entries(parents))
  await knex('units').insert({ tenant, id, name: id, parent })
await knex('roles').insert({
  tenant,
  id: 'mover',
  name: 'Mover',
  actions: ['unit.update'],
  permissions: [],
})
const bob = 'usr_0000000000000001'
const person = { tenant, kind: 'person', locale: 'en', state: 'active' }
await knex('users').insert({ ...person, id: bob, login: 'bob', display_name: 'Bob' })
const units = new UnitService(new AccessChanges(knex, { reach: () => Promise.resolve() }))

async function asBob(): Promise<Asker> {
  const { grants } = await loadGrants(knex, tenant, bob)
  const who = { kind: 'user', tenant, user: bob, isService: false } as const
  const principal: UserPrincipal = { ...who, proof: 'ses_1', grants, scope: null }
  return { principal, actor: `user:acme/${bob}`, traceId: null }
}

t.test('nobody moves a unit to where somebody may more in it than he does', async (t) => {
  await knex('role_assignments').insert([
    { tenant, id: 'asg_1', user_id: bob, role: 'mover', unit: null },
    { tenant, id: 'asg_2', user_id: bob, role: 'admin', unit: 'mine' },
  ])
  const line = { tenant, id: 'line' }
  await t.rejects(units.change(await asBob(), line, { parent: 'mine' }), {
    code: 'CORE_HAND_OUT_REFUSED',
  })
  await t.rejects(units.change(await asBob(), line, { parent: 'hall' }), {
    code: 'CORE_HAND_OUT_REFUSED',
  })
  t.match(await units.change(await asBob(), line, { parent: 'acme' }), { parent: 'acme' })
  const hall = { tenant, id: 'hall' }
  t.match(await units.change(await asBob(), hall, { name: 'The hall' }), { parent: 'mine' })
  t.match(await units.change(await asBob(), hall, { parent: 'line' }), { parent: 'line' })
})

t.test('a post gives what it carries to whatever comes below it', async (t) => {
  const post = { tenant, id: 'head', name: 'Head', unit: 'theirs', roles: ['auditor'] }
  await knex('positions').insert(post)
  const line = { tenant, id: 'line' }
  await t.rejects(units.change(await asBob(), line, { parent: 'theirs' }), {
    code: 'CORE_HAND_OUT_REFUSED',
  })
  const operator: Asker = { principal: { kind: 'operator' }, actor: 'operator', traceId: null }
  t.match(await units.change(operator, line, { parent: 'theirs' }), { parent: 'theirs' })
})
