import t from 'tap'
import { AccessChanges } from '../../../src/identity/access/access-changes.ts'
import { PasswordCheck } from '../../../src/identity/sign-in/password-check.ts'
import { PasswordHasher } from '../../../src/identity/sign-in/password-hasher.ts'
import { putPasswordHash } from '../../../src/identity/sign-in/password-store.ts'
import { SignInService } from '../../../src/identity/sign-in/sign-in-service.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert({ id: 'acme', name: 'Acme' })
const row = { tenant: 'acme', display_name: 'X', locale: 'en' }
const people = { ann: 'active', sue: 'suspended', new: 'invited' }
for (const [login, state] of Object.entries(people)) {
  await knex('users').insert({ ...row, id: `usr_${login}`, kind: 'person', login, state })
}
await knex('users').insert({
  ...row,
  id: 'usr_bot',
  kind: 'service',
  login: 'bot',
  state: 'active',
})

t.test('whatever of it is wrong, a sign-in costs the same queries and one hash', async (t) => {
  const hasher = new PasswordHasher()
  for (const login of ['ann', 'sue']) {
    await putPasswordHash(
      knex,
      { tenant: 'acme', user: `usr_${login}` },
      await hasher.hash('right'),
    )
  }
  let hashes = 0
  const counting = {
    verify: (...args: Parameters<PasswordHasher['verify']>) => {
      hashes++
      return hasher.verify(...args)
    },
  } as PasswordHasher
  const changes = new AccessChanges(knex, { reach: async () => undefined })
  // Nobody gets as far as a second factor or a session.
  const never = undefined as never
  const check = new PasswordCheck({ knex, hasher: counting })
  const signIns = new SignInService({ changes, check, secondFactor: never, sessions: never })
  let queries: string[] = []
  knex.on('query', ({ sql }: { sql: string }) => queries.push(sql))
  const workOf = async (tenant: string, login: string, password: string) => {
    hashes = 0
    queries = []
    // An address of its own each: how often one has failed is no part of it.
    const from = { address: `192.0.2.${seen++}`, agent: 'test', traceId: null }
    await t.rejects(signIns.byPassword({ tenant, login, password }, from), {
      code: 'CORE_SIGN_IN_REFUSED',
    })
    return { hashes, queries }
  }
  let seen = 1
  const wrong = await workOf('acme', 'ann', 'wrong')
  t.equal(wrong.hashes, 1)
  t.comment(`${wrong.queries.length} queries`)
  for (const [tenant, login, password] of [
    ['acme', 'nobody', 'wrong'],
    ['acme', 'sue', 'right'],
    ['acme', 'new', 'wrong'],
    ['acme', 'bot', 'wrong'],
    ['nowhere', 'ann', 'wrong'],
  ] as const) {
    t.same(await workOf(tenant, login, password), wrong, `${login} of ${tenant}`)
  }
})
