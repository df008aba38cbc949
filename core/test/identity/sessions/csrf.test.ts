import t from 'tap'
import { isOwnWish } from '../../../src/identity/sessions/csrf.ts'
import { SessionCookie } from '../../../src/identity/sessions/session-cookie.ts'

const csrf = 'what-only-pages-from-here-know'
const here = 'https://box.acme.example'

t.test('what changes something comes from a page of the host that repeats the token', async (t) => {
  const own = { origin: here, 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' }
  const rows: readonly [string, string, Record<string, string | undefined>, boolean][] = [
    ['a form of the host', 'POST', own, true],
    ['a client that says nothing of its origin', 'POST', { 'x-csrf-token': csrf }, true],
    ['no token', 'POST', { ...own, 'x-csrf-token': undefined }, false],
    ['another token', 'DELETE', { ...own, 'x-csrf-token': `${csrf}x` }, false],
    ['another site', 'POST', { ...own, 'sec-fetch-site': 'cross-site' }, false],
    ['another host of the same site', 'PUT', { ...own, 'sec-fetch-site': 'same-site' }, false],
    ['another origin', 'PATCH', { ...own, origin: 'https://evil.example' }, false],
    ['a sandboxed frame', 'POST', { ...own, origin: 'null' }, false],
    ['reading', 'GET', { 'sec-fetch-site': 'cross-site' }, true],
  ]
  for (const [what, method, headers, expected] of rows) {
    t.equal(isOwnWish({ method, headers, origin: here }, csrf), expected, what)
  }
  const local = { method: 'POST', origin: undefined }
  const token = { 'x-csrf-token': csrf, host: 'localhost:4400' }
  t.ok(isOwnWish({ ...local, headers: { ...token, origin: 'http://localhost:4400' } }, csrf))
  t.notOk(isOwnWish({ ...local, headers: { ...token, origin: 'http://localhost:9999' } }, csrf))
  t.notOk(isOwnWish({ ...local, headers: token }, undefined), 'a session without one')
})

t.test('the cookie is kept from scripts, and with https from every other host', async (t) => {
  const secret = 'a'.repeat(43)
  const secure = new SessionCookie('https://box.acme.example/base')
  t.match(secure.write(secret), /^__Host-signalbox=a{43};/)
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
    t.ok(secure.write(secret).includes(part), part)
  }
  t.notMatch(secure.write(secret), /Domain/)
  t.equal(secure.read(`other=1; __Host-signalbox=${secret}`), secret)
  t.equal(secure.read(`signalbox=${secret}`), undefined)
  t.equal(secure.read(`__Host-signalbox=${secret}; __Host-signalbox=${'b'.repeat(43)}`), undefined)
  const plain = new SessionCookie(null)
  t.notMatch(plain.write(secret), /Secure/)
  t.equal(plain.read(`signalbox=${secret}`), secret)
  t.match(plain.clear(), /Max-Age=0/)
})

t.test('a cookie of two kinds is read as the one it is', (t) => {
  const secret = 'a'.repeat(43)
  const [users, operators] = [new SessionCookie(null), new SessionCookie(null, { mark: 'op.' })]
  const [of, ofOperator] = [users, operators].map((one) => one.write(secret).split(';')[0])
  t.equal(of?.split('=')[0], ofOperator?.split('=')[0], 'a browser has one or the other')
  t.equal(users.read(of), secret)
  t.equal(users.read(ofOperator), undefined)
  t.equal(operators.read(ofOperator), secret)
  t.equal(operators.read(of), undefined)
  t.equal(operators.read(`${of}; ${ofOperator}`), undefined, 'two contradict each other')
  t.end()
})
