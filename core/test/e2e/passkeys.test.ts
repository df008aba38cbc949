import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import pg from 'pg'
import t, { type Test } from 'tap'
import { Browser } from '../support/browser.ts'
import { HostProcess } from '../support/host-process.ts'
import { type Odd, PasskeyDevice } from '../support/passkey-device.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const origin = 'https://signalbox.acme.example'
const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { SIGNALBOX_PUBLIC_URL: origin },
})
const { client } = host
await client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })
const sql = new pg.Pool({ connectionString: hostUrl, max: 1 })
t.teardown(() => sql.end())

interface Shown {
  readonly id: string
  readonly name: string
  readonly lastUsedAt: string | null
}

async function offered(browser: Browser) {
  const path = '/v1/me/passkeys:begin'
  return (await browser.ask<PublicKeyCredentialCreationOptionsJSON>('POST', path, {})).body
}

async function add(browser: Browser, device: PasskeyDevice, name: string, odd: Odd = {}) {
  const response = device.create(await offered(browser), odd)
  return browser.ask<Shown>('POST', '/v1/me/passkeys', { name, response })
}

async function challenge(browser: Browser, path = '/v1/sign-in/passkey:begin') {
  return (await browser.ask<PublicKeyCredentialRequestOptionsJSON>('POST', path, {})).body
}

async function signIn(device: PasskeyDevice, odd: Odd = {}) {
  const browser = new Browser(host.url)
  const response = device.get(await challenge(browser), odd)
  return { browser, answer: await browser.ask('POST', '/v1/sign-in/passkey', { response }) }
}

const of = (login: string) => person(host.url, client, { tenant: 'acme', login })

/** As if it were an hour later. */
async function waited(user: string) {
  const text =
    "update sessions set created_at = now() - interval '1 hour', proven_at = null where user_id = $1"
  await sql.query(text, [user])
}

t.test('a passkey is added, and signs in without login and code', async (t) => {
  const { id, browser } = await of('ann')
  const options = await offered(browser)
  t.match(options, {
    rp: { id: 'signalbox.acme.example' },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
  })
  t.notOk(Buffer.from(options.user.id, 'base64url').includes('ann'), 'the handle tells nothing')
  const device = new PasskeyDevice(origin)
  t.match(await add(browser, device, 'Laptop'), { status: 201, body: { name: 'Laptop' } })
  const asked = await challenge(new Browser(host.url))
  t.match(asked, { userVerification: 'required', rpId: 'signalbox.acme.example' })
  t.strictSame(asked.allowCredentials ?? [], [], 'nobody is told who has which')
  const { browser: again, answer } = await signIn(device)
  t.match(answer, { status: 200, body: { next: 'in', user: id } })
  const sessions = await again.ask<{ items: object[] }>('GET', '/v1/sessions')
  t.match(sessions.body.items[0], { methods: ['passkey', 'mfa'] })
  t.match((await again.ask<{ items: Shown[] }>('GET', '/v1/me/passkeys')).body.items, [
    { name: 'Laptop', lastUsedAt: /Z$/ },
  ])
})

t.test('a challenge is good once, for its purpose, and for whom it was made', async (t) => {
  const { browser } = await of('bea')
  const device = new PasskeyDevice(origin)
  await add(browser, device, 'Key')
  const stranger = new Browser(host.url)
  const options = await challenge(stranger)
  const response = device.get(options)
  const send = () => stranger.ask('POST', '/v1/sign-in/passkey', { response })
  t.match(await send(), { status: 200 })
  t.match(await send(), { status: 401, body: { code: 'CORE_PASSKEY_REFUSED' } })
  const forProof = device.get(await challenge(browser, '/v1/me/proof:begin'))
  t.match(await stranger.ask('POST', '/v1/sign-in/passkey', { response: forProof }), {
    status: 401,
  })
  const { browser: other } = await of('bob')
  const made = new PasskeyDevice(origin).create(await offered(browser))
  const stolen = await other.ask('POST', '/v1/me/passkeys', { name: 'x', response: made })
  t.match(stolen.body, { code: 'CORE_PASSKEY_REFUSED' }, 'made for another session')
  t.match((await add(other, device, 'Mine')).body, { code: 'CORE_PASSKEY_EXISTS' })
})

async function refusesEach(
  t: Test,
  odds: Readonly<Record<string, Odd>>,
  refused: (odd: Odd) => Promise<unknown>,
) {
  for (const [what, odd] of Object.entries(odds)) {
    t.match(await refused(odd), { status: 401, body: { code: 'CORE_PASSKEY_REFUSED' } }, what)
  }
}

t.test('nothing but what was asked, here, by a verified user, is taken', async (t) => {
  const { browser } = await of('cat')
  const odds = {
    'another site': { origin: 'https://signalbox.acme.example.evil.example' },
    'another name': { rpId: 'evil.example' },
    'another challenge': { challenge: Buffer.alloc(32, 7).toString('base64url') },
    'no finger, no PIN': { isUnverified: true },
    'a frame of another site': { crossOrigin: true },
  }
  await refusesEach(t, odds, (odd) => add(browser, new PasskeyDevice(origin), 'x', odd))
  const device = new PasskeyDevice(origin)
  await add(browser, device, 'Key')
  const more = { ...odds, 'another user': { userHandle: Buffer.alloc(32).toString('base64url') } }
  await refusesEach(t, more, async (odd) => (await signIn(device, odd)).answer)
  const stranger = new PasskeyDevice(origin)
  await refusesEach(
    t,
    { 'nobody knows it': {} },
    async (odd) => (await signIn(stranger, odd)).answer,
  )
  const asked = await challenge(browser)
  const answered = device.get(asked)
  const broken = { ...answered.response, signature: Buffer.alloc(70, 1).toString('base64url') }
  const forged = { ...answered, response: broken }
  t.match((await browser.ask('POST', '/v1/sign-in/passkey', { response: forged })).status, 401)
  t.match((await signIn(device)).answer, { status: 200 }, 'and the right one goes on')
})

t.test('a passkey that counts backwards has a copy', async (t) => {
  const { browser } = await of('dan')
  const device = new PasskeyDevice(origin, 5)
  await add(browser, device, 'Key')
  t.equal((await signIn(device)).answer.status, 200)
  const cloned = { status: 401, body: { code: 'CORE_PASSKEY_CLONED' } }
  t.match((await signIn(device, { counter: 5 })).answer, cloned)
  t.match((await signIn(device, { counter: 0 })).answer, cloned)
  device.counter = 20
  t.equal((await signIn(device)).answer.status, 200)
})

t.test('who may come in is changed by whoever has just shown who he is', async (t) => {
  const { id, browser } = await of('eve')
  const device = new PasskeyDevice(origin)
  const { body: made } = await add(browser, device, 'Key')
  await waited(id)
  t.match((await browser.ask('POST', '/v1/me/passkeys:begin', {})).body, {
    code: 'CORE_PROOF_REQUIRED',
  })
  t.match((await browser.ask('DELETE', `/v1/me/passkeys/${made.id}`)).status, 403)
  const wrong = await browser.ask('POST', '/v1/me/proof', { password: 'not the right password' })
  t.match(wrong.body, { code: 'CORE_PASSWORD_WRONG' })
  t.equal((await browser.ask('POST', '/v1/me/proof', { password: PASSWORD })).status, 204)
  t.match(await add(browser, new PasskeyDevice(origin), 'Second'), { status: 201 })
  await waited(id)
  const response = device.get(await challenge(browser, '/v1/me/proof:begin'))
  t.equal((await browser.ask('POST', '/v1/me/proof', { response })).status, 204)
  const path = `/v1/me/passkeys/${made.id}`
  t.match((await browser.ask('PATCH', path, { name: 'Old' })).body, { name: 'Old' })
  const { browser: elsewhere } = await signIn(device)
  t.equal((await browser.ask('DELETE', path)).status, 204)
  t.equal((await elsewhere.ask('GET', '/v1/me')).status, 401, 'who has the device is out')
  t.match((await signIn(device)).answer, { status: 401 })
  t.match((await browser.ask('DELETE', path)).body, { code: 'CORE_PASSKEY_MISSING' })
})

t.test('the last way in stays, until there is another', async (t) => {
  const { id, browser } = await of('fay')
  const first = await add(browser, new PasskeyDevice(origin), 'One')
  await sql.query('delete from user_passwords where user_id = $1', [id])
  const path = `/v1/me/passkeys/${first.body.id}`
  t.match(await browser.ask('DELETE', path), { status: 409, body: { code: 'CORE_LAST_WAY_IN' } })
  await add(browser, new PasskeyDevice(origin), 'Two')
  t.equal((await browser.ask('DELETE', path)).status, 204)
})

t.test(
  'who is suspended does not come in, and an admin takes the passkeys of a lost device',
  async (t) => {
    const { id, browser } = await of('gil')
    const device = new PasskeyDevice(origin)
    await add(browser, device, 'Key')
    await client.request('POST', `/v1/users/${id}:suspend?tenant=acme`)
    t.match((await signIn(device)).answer, { status: 401, body: { code: 'CORE_SIGN_IN_REFUSED' } })
    await client.request('POST', `/v1/users/${id}:resume?tenant=acme`)
    t.equal((await signIn(device)).answer.status, 200)
    const path = `/v1/users/${id}/passkeys?tenant=acme`
    t.strictSame(await client.request('DELETE', path), { removed: 1 })
    t.match((await signIn(device)).answer, { status: 401, body: { code: 'CORE_PASSKEY_REFUSED' } })
  },
)
