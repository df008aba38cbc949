import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { arrivalOf, isDomainAllowed, loginFor, rolesOf } from '../../../src/identity/sso/arrival.ts'

const map = { login: 'preferred_username', email: 'email', displayName: 'name', groups: 'groups' }
const claims = { iss: 'https://login.acme.example', sub: '248289761001' }

t.test('what a provider says is taken as it was mapped', (t) => {
  const said = {
    ...claims,
    preferred_username: 'Ann',
    email: 'ann@acme.example',
    email_verified: true,
    name: 'Ann Miller',
    realm_access: { roles: ['ops', 7, 'counting'] },
    'https://acme.example/groups': 'ops',
  }
  const nested = arrivalOf({ ...map, groups: 'realm_access.roles' }, said)
  t.match(nested, { subject: '248289761001', login: 'ann', groups: ['ops', 'counting'] })
  const named = arrivalOf({ ...map, groups: 'https://acme.example/groups' }, said)
  t.strictSame(named.groups, ['ops'], 'a name with dots is a name first')
  t.end()
})

t.test('an address is verified by a yes, and by nothing else', (t) => {
  const of = (verified: unknown) =>
    arrivalOf(map, { ...claims, email: 'a@acme.example', email_verified: verified })
  for (const yes of [true, 'true']) t.ok(of(yes).isEmailVerified)
  for (const no of [undefined, null, false, 'false', 1, 'yes', {}]) t.notOk(of(no).isEmailVerified)
  t.equal(loginFor(of(true)), 'a@acme.example')
  t.equal(loginFor(of(false)), undefined)
  const domains = ['acme.example']
  t.ok(isDomainAllowed({ domains }, of(true)))
  t.notOk(isDomainAllowed({ domains }, of(false)))
  t.notOk(isDomainAllowed({ domains }, { email: 'a@x.acme.example', isEmailVerified: true }))
  t.notOk(
    isDomainAllowed({ domains }, { email: 'a@acme.example@evil.example', isEmailVerified: true }),
  )
  t.ok(isDomainAllowed({ domains: [] }, of(false)))
  t.end()
})

t.test('groups give the roles that stand for them, each once', (t) => {
  const groupRoles = [
    { group: 'ops', roles: ['member', 'service-owner'] },
    { group: 'all', roles: ['member'] },
  ]
  t.strictSame(rolesOf({ groupRoles }, ['all', 'ops', 'x']), ['member', 'service-owner'])
  t.strictSame(rolesOf({ groupRoles }, ['OPS']), [])
  t.end()
})

t.test('whatever a provider says, what is taken of it is bounded and plain', async () => {
  await fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.values(map), 'amr', 'sid'), fc.anything()),
      (said) => {
        const { login, email, displayName, groups } = arrivalOf(map, { ...said, ...claims })
        return (
          [login, email, displayName].every(
            (one) => one === undefined || (one.length <= 254 && !/\p{Cc}/u.test(one)),
          ) &&
          groups.length <= 1000 &&
          groups.every((one) => typeof one === 'string')
        )
      },
    ),
  )
})
