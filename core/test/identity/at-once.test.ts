import t from 'tap'
import { AccessChanges } from '../../src/identity/access/access-changes.ts'
import type { Asker } from '../../src/identity/asker.ts'
import { PositionService } from '../../src/identity/organisation/position-service.ts'
import { UnitService } from '../../src/identity/organisation/unit-service.ts'
import { loadParents } from '../../src/identity/organisation/unit-store.ts'
import { pathOf } from '../../src/identity/organisation/unit-tree.ts'
import { RoleService } from '../../src/identity/roles/role-service.ts'
import { makeSecret } from '../../src/identity/sessions/session.ts'
import {
  insertSession,
  offerNext,
  proveSession,
} from '../../src/identity/sessions/session-store.ts'
import { IdentitySweep } from '../../src/identity/sign-in/identity-sweep.ts'
import { lockKeys } from '../../src/identity/sign-in/lock-out.ts'
import { enterAttempt, forgiveAttempt } from '../../src/identity/sign-in/lock-out-store.ts'
import {
  replaceRecoveryCodes,
  takeRecoveryCode,
} from '../../src/identity/sign-in/password-store.ts'
import { insertTicket, makeTicket, takeTicket } from '../../src/identity/sign-in/ticket-store.ts'
import { hashRecoveryCode } from '../../src/identity/sign-in/totp.ts'
import { UserService } from '../../src/identity/users/user-service.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const owner = { tenant: 'acme', user: 'usr_0000000000000001' }
await knex('tenants').insert({ id: 'acme', name: 'Acme' })
await knex('users').insert({
  tenant: owner.tenant,
  id: owner.user,
  kind: 'person',
  login: 'ann',
  display_name: 'Ann',
  locale: 'en',
  state: 'active',
})

const fifty = Array.from({ length: 50 })

t.test('of fifty guesses at once just those are looked at that cost no pause', async (t) => {
  const keys = lockKeys('acme/ann password', '192.0.2.7', false)
  const startedAt = performance.now()
  const waits = await Promise.all(fifty.map(() => enterAttempt(knex, keys)))
  const tookMs = performance.now() - startedAt
  // Five are free, and the sixth begins the first pause: a second, then two. A busy machine may be at it for longer.
  const pausesOver = Math.floor(Math.log2(1 + tookMs / 1000))
  const looked = waits.filter((ms) => ms === 0).length
  t.ok(looked >= 6 && looked <= 6 + pausesOver, `${looked} in ${Math.round(tookMs)} ms`)
  t.ok(waits.every((ms) => ms <= 1000 + tookMs))
  await forgiveAttempt(knex, keys)
  t.equal(await enterAttempt(knex, keys), 0, 'a right one begins anew')
})

t.test('a ticket and a recovery code are taken once, whoever comes at once', async (t) => {
  const { hash } = makeTicket()
  await insertTicket(knex, { ...owner, purpose: 'reset', methods: [] }, hash)
  const taken = await Promise.all(fifty.map(() => takeTicket(knex, hash, ['reset'])))
  t.equal(taken.filter((one) => one !== undefined).length, 1)
  const code = hashRecoveryCode('01234-56789-abcde-f0123')
  await replaceRecoveryCodes(knex, owner, [code])
  const codes = await Promise.all(fifty.map(() => takeRecoveryCode(knex, owner, code)))
  t.equal(codes.filter(Boolean).length, 1)
})

t.test('moves at once never make a circle of them', async (t) => {
  const asker: Asker = { principal: { kind: 'operator' }, actor: 'operator', traceId: null }
  const units = new UnitService(new AccessChanges(knex, { reach: () => Promise.resolve() }))
  const names = ['a', 'b', 'c', 'd']
  for (const id of names) await units.create(asker, { tenant: 'acme', id, name: id, parent: null })
  const moves = names.map((id, at) => {
    const parent = names[(at + 1) % names.length] ?? null
    return units.change(asker, { tenant: 'acme', id }, { parent })
  })
  const done = await Promise.allSettled(moves)
  t.match(
    done.filter(({ status }) => status === 'rejected'),
    [{ reason: { code: 'CORE_UNIT_CYCLE' } }],
    'whichever came last',
  )
  const parents = await loadParents(knex, 'acme')
  for (const id of names) t.equal(pathOf(parents, id).length <= 4, true)
  t.equal([...parents.values()].filter((parent) => parent === null).length, 1)
})

t.test(
  'what is removed while it is being used is used, or gone, and never half of it',
  async (t) => {
    const asker: Asker = { principal: { kind: 'operator' }, actor: 'operator', traceId: null }
    const changes = new AccessChanges(knex, { reach: () => Promise.resolve() })
    const [units, positions] = [new UnitService(changes), new PositionService(changes)]
    const roles = new RoleService({ changes, permissions: () => new Set() })
    const { tenant, user } = owner
    for (let round = 0; round < 20; round++) {
      const id = `r-${round}`
      await units.create(asker, { tenant, id, name: id, parent: null })
      await roles.put(asker, { tenant, id, name: id, actions: ['user.list'], permissions: [] })
      const over = { unit: null, validFrom: null, validTo: null }
      const done = await Promise.allSettled([
        units.remove(asker, { tenant, id }),
        positions.put(asker, { tenant, id, name: id, unit: id, roles: [] }),
        roles.remove(asker, tenant, id),
        roles.assign(asker, { tenant, user, role: id, ...over }),
      ])
      const codes = done.map((one) => (one.status === 'rejected' ? one.reason.code : 'done'))
      const [unit, role] = [codes.slice(0, 2).join(), codes.slice(2).join()]
      t.ok(['done,CORE_UNIT_MISSING', 'CORE_UNIT_IN_USE,done'].includes(unit), unit)
      t.ok(['done,CORE_ROLE_MISSING', 'CORE_ROLE_IN_USE,done'].includes(role), role)
    }
  },
)

t.test('what was moved away meanwhile is not changed by who could a moment ago', async (t) => {
  const actions = new Set(['user.write', 'position.write'])
  const grant = { role: 'own', actions, permissions: new Set<string>(), units: new Set(['near']) }
  const who = { kind: 'user', tenant: 'acme', user: 'usr_9', isService: false } as const
  const asker: Asker = {
    principal: { ...who, proof: 'ses_9', grants: [grant], scope: null },
    actor: 'user:acme/usr_9',
    traceId: null,
  }
  await knex('units').insert(
    ['near', 'far'].map((id) => ({ tenant: 'acme', id, name: id, parent: null })),
  )
  const changes = new AccessChanges(knex, { reach: () => Promise.resolve() })
  const [users, positions] = [new UserService(changes), new PositionService(changes)]
  const guard = { tenant: 'acme', id: 'guard', name: 'Guard', unit: 'near', roles: [] }
  await positions.put(asker, guard)
  await knex('users').where({ id: owner.user }).update({ unit: 'far' })
  await knex('positions').where({ id: 'guard' }).update({ unit: 'far' })
  const refused = { code: 'CORE_FORBIDDEN' }
  await t.rejects(users.change(asker, 'acme', owner.user, { displayName: 'X' }), refused)
  await t.rejects(users.command(asker, 'acme', owner.user, 'suspend'), refused)
  await t.rejects(positions.put(asker, guard), refused)
  await t.rejects(positions.remove(asker, 'acme', 'guard'), refused)
})

t.test('however many logins somebody has made up, a run forgets them all', async (t) => {
  const warn = (_: object, message: string) => void t.fail(message)
  const sweep = new IdentitySweep({ knex, log: { warn } })
  const day = 24 * 3_600_000
  await knex.raw(
    `insert into sign_in_failures (key, failures, last_at, blocked_until)
     select sha256(n::text::bytea), 1, ?, now() from generate_series(1, 2500) n`,
    [new Date(Date.now() - day - 60_000)],
  )
  const fresh = lockKeys('acme/just-now', '192.0.2.9', true)
  await enterAttempt(knex, fresh)
  await knex('sign_in_places').insert(
    [80, 100].map((days) => ({
      ...{ tenant: owner.tenant, user_id: owner.user, place: Buffer.from([days]) },
      last_at: new Date(Date.now() - days * day),
    })),
  )
  await sweep.sweep()
  const old = await knex('sign_in_failures').where('last_at', '<', new Date(Date.now() - day))
  t.equal(old.length, 0)
  t.equal((await knex('sign_in_failures').where({ key: fresh[0]?.key })).length, 1)
  t.match(await knex('sign_in_places'), [{ place: Buffer.from([80]) }])
})

t.test(
  'a cookie that is changed is good until the next one is seen, and a minute more',
  async (t) => {
    const [first, second, third] = [makeSecret(), makeSecret(), makeSecret()]
    const session = { ...owner, id: 'ses_1', methods: ['pwd'], agent: 'test', address: '192.0.2.7' }
    await insertSession(knex, session, { hash: first.hash, csrf: 'csrf' })
    t.match(await proveSession(knex, first.hash), { user: owner.user, session: { csrf: 'csrf' } })
    t.ok(await offerNext(knex, 'ses_1', first.hash, second.hash))
    t.notOk(await offerNext(knex, 'ses_1', first.hash, third.hash), 'one at a time')
    t.ok(await proveSession(knex, first.hash), 'the answer with the next one may be lost')
    t.ok(await proveSession(knex, second.hash))
    t.match(await proveSession(knex, first.hash), {
      session: { rotatesInMs: Number.POSITIVE_INFINITY },
    })
    await knex('sessions').update({ previous_until: new Date(0) })
    t.equal(await proveSession(knex, first.hash), undefined)
    t.ok(await proveSession(knex, second.hash))
    await knex('sessions').update({ last_seen_at: new Date(Date.now() - 2 * 3_600_000) })
    t.equal(await proveSession(knex, second.hash), undefined, 'nobody was there for two hours')
  },
)
