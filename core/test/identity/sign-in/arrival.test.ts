import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  type Arrival,
  arrivalOf,
  isDomainAllowed,
  isWhole,
  loginFor,
  rolesOf,
} from '../../../src/identity/sso/arrival.ts'

const map = { login: 'preferred_username', email: 'email', displayName: 'name', groups: 'groups' }
const claims = { iss: 'https://login.acme.example', sub: '248289761001' }

function known(...said: Parameters<typeof arrivalOf>): Arrival {
  const arrival = arrivalOf(...said)
  if (arrival === undefined) throw new Error('nobody')
  return arrival
}

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
  const nested = known({ ...map, groups: 'realm_access.roles' }, said)
  t.match(nested, { subject: '248289761001', login: 'ann', groups: ['ops', 'counting'] })
  const named = known({ ...map, groups: 'https://acme.example/groups' }, said)
  t.strictSame(named.groups, ['ops'], 'a name with dots is a name first')
  t.end()
})

t.test('an address is verified by a yes, and by nothing else', (t) => {
  const of = (verified: unknown) =>
    known(map, { ...claims, email: 'a@acme.example', email_verified: verified })
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
        const { login, email, displayName, groups } = known(map, { ...said, ...claims })
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

t.test('what says that an address is verified stands beside it', async (t) => {
  const byName = { ...map, email: 'upn' }
  const said = { ...claims, upn: 'root@acme.example', email_verified: true }
  t.notOk(known(byName, said).isEmailVerified, 'that was of another claim')
  t.ok(known(byName, { ...said, upn_verified: true }).isEmailVerified)
  const nested = { ...claims, person: { mail: 'a@acme.example', mail_verified: true } }
  t.ok(known({ ...map, email: 'person.mail' }, nested).isEmailVerified)
  const token = { ...claims, email: 'root@acme.example' }
  const more = { email: 'mallory@acme.example', email_verified: true }
  t.match(known(map, token, more), { email: 'root@acme.example', isEmailVerified: false })
  t.match(known(map, claims, more), { email: 'mallory@acme.example', isEmailVerified: true })
})

t.test('who it is, and how he was proven, is said by what is signed', async (t) => {
  const more = {
    amr: ['mfa'],
    sid: 'other',
    iss: 'https://evil.example',
    sub: 'other',
    name: 'Ann',
  }
  t.match(known(map, claims, more), {
    ...{ issuer: claims.iss, subject: claims.sub, displayName: 'Ann' },
    ...{ sid: undefined, isTwoFactor: false },
  })
  t.notOk(isWhole(map, claims))
  t.ok(
    isWhole(
      { ...map, groups: 'a.b' },
      { preferred_username: '', email: '', name: '', a: { b: 1 } },
    ),
  )
})

t.test('a subject that is none is nobody', async (t) => {
  for (const sub of [undefined, 7, '', 'x'.repeat(256), 'a\u0000', 'a\ud800'])
    t.equal(arrivalOf(map, { ...claims, sub }), undefined, JSON.stringify(sub))
  t.match(known(map, { ...claims, sub: 'x'.repeat(255), name: 'half \ud800' }), {
    displayName: undefined,
  })
})
