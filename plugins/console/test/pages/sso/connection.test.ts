import t from 'tap'
import {
  addressesFor,
  type ConnectionWish,
  connectionBody,
  connectionPath,
  NEW_CONNECTION,
  shownBody,
} from '../../../web/pages/sso/connection.ts'

const wish: ConnectionWish = {
  ...NEW_CONNECTION,
  id: 'main',
  name: 'Acme',
  issuer: 'https://login.acme.example',
  clientId: 'signalbox',
}

t.test('a secret that is left empty stays the one that is kept', async (t) => {
  t.notOk('clientSecret' in connectionBody(wish))
  t.notOk('clientSecret' in connectionBody({ ...wish, clientSecret: '' }))
  t.match(connectionBody({ ...wish, clientSecret: 'hush' }), { clientSecret: 'hush' })
})

t.test('the line to copy does not show a secret that was typed', async (t) => {
  const line = JSON.stringify(shownBody({ ...wish, clientSecret: 'hush' }))
  t.notMatch(line, 'hush')
  t.match(line, '"clientSecret":"…"')
  t.notMatch(JSON.stringify(shownBody(wish)), 'clientSecret')
})

t.test('the id is of the address, and groups that are not filled in are left out', async (t) => {
  const groupRoles = [
    { group: 'planners', roles: ['member'] },
    { group: '', roles: ['admin'] },
    { group: 'guests', roles: [] },
  ]
  const body = connectionBody({ ...wish, groupRoles })
  t.notOk('id' in body)
  t.same(body.groupRoles, [{ group: 'planners', roles: ['member'] }])
})

t.test('the provider is given addresses of this host', async (t) => {
  t.same(addressesFor('https://box.example', 'acme', 'main'), {
    redirect: 'https://box.example/v1/sign-in/sso/acme/main/callback',
    logout: 'https://box.example/v1/sign-in/sso/acme/main/logout',
  })
  t.equal(connectionPath('acme', '../x'), '/v1/tenants/acme/sso/..%2Fx')
})
