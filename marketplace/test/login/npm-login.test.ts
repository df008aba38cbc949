import { join } from 'node:path'
import t from 'tap'
import { openPage, startChromium, withoutChromium } from '../../../core/test/support/chromium.ts'
import { Npm } from '../support/npm.ts'
import { startRegistry } from '../support/registry.ts'

const PASSWORD = 'correct horse battery'
const MINUTE_MS = 60_000

let now = Date.now()
const registry = await startRegistry(t, { now: () => now })
await registry.publisher('acme', ['@acme'], PASSWORD)

const post = (path: string, body: unknown) => registry.call(path, { method: 'POST', body })

async function started() {
  const { body } = await post('/-/v1/login', {})
  return {
    code: new URL(body.loginUrl).hash.slice(1),
    done: new URL(body.doneUrl).pathname.slice(4),
  }
}

function confirm(code: string, password = PASSWORD, name = 'acme') {
  return post('/-/v1/login/confirm', { code, name, password })
}

t.test('npm login shows an address, waits for the page, and is logged in', async (t) => {
  const npm = await Npm.at(join(t.testdir({}), 'laptop'), registry.url)
  let confirmed: Promise<unknown> | undefined
  const run = await npm.run(['login'], undefined, [], (stdout) => {
    const code = /\/-\/login#([\w-]{43})/.exec(stdout)?.[1]
    if (code === undefined || confirmed !== undefined) return
    confirmed = post('/-/v1/login/look', { code }).then(async ({ body }) => {
      t.match(body, { client: /npm\/11/, address: '127.0.0.1' })
      t.equal((await confirm(code)).status, 204)
    })
  })
  await confirmed
  t.equal(run.code, 0, run.stderr)
  t.equal((await npm.run(['whoami'])).stdout.trim(), 'acme')
  t.equal((await npm.run(['logout'])).code, 0)
  t.not((await npm.run(['whoami'])).code, 0)
})

t.test('a login waits, gives its token once, and keeps neither secret nor token', async (t) => {
  const { code, done } = await started()
  const waiting = await registry.call(done)
  t.equal(waiting.status, 202)
  t.ok(Number(waiting.headers.get('retry-after')) > 0)
  t.equal((await confirm(code)).status, 204)
  t.match(await confirm(code), { status: 404, body: { code: 'MKT_LOGIN_GONE' } })
  const kept = JSON.stringify(await registry.knex('publisher_logins'))
  t.notOk(kept.includes(code) || kept.includes(done.split('/').at(-1) ?? ''))
  const fetched = await Promise.all([1, 2, 3, 4].map(() => registry.call(done)))
  t.same(fetched.map(({ status }) => status).sort(), [200, 404, 404, 404])
  const token = fetched.find(({ status }) => status === 200)?.body.token
  t.match((await registry.call('/-/whoami', { token })).body, { username: 'acme' })
})

t.test('the code opens no token and the client’s secret confirms nothing', async (t) => {
  const { code, done } = await started()
  t.equal((await registry.call(`/-/v1/done/${code}`)).status, 404)
  t.equal((await confirm(done.split('/').at(-1) ?? '')).status, 404)
})

t.test('a login ends after ten minutes, confirmed or not', async (t) => {
  const open = await started()
  const confirmed = await started()
  await confirm(confirmed.code)
  now += 11 * MINUTE_MS
  for (const { code, done } of [open, confirmed]) {
    t.equal((await registry.call(done)).status, 404)
    t.equal((await post('/-/v1/login/look', { code })).status, 404)
  }
})

t.test('five wrong passwords end a login', async (t) => {
  const { code } = await started()
  for (let round = 0; round < 5; round += 1) {
    t.match(await confirm(code, 'guess'), { status: 401, body: { code: 'MKT_LOGIN_REFUSED' } })
  }
  t.match(await confirm(code), { status: 404, body: { code: 'MKT_LOGIN_GONE' } })
})

t.test('an address starts twenty at a time, and more when those are over', async (t) => {
  now += 11 * MINUTE_MS
  const all = await Promise.all(Array.from({ length: 24 }, () => post('/-/v1/login', {})))
  t.equal(all.filter(({ status }) => status === 200).length, 20)
  t.match(
    all.find(({ status }) => status !== 200),
    { status: 429, body: { code: 'MKT_LOGINS_FULL' } },
  )
  now += 11 * MINUTE_MS
  t.equal((await post('/-/v1/login', {})).status, 200)
})

t.test(
  'the page is the host’s own: strict, in two languages, without anything of a login',
  async (t) => {
    const { body, headers } = await registry.call('/-/login')
    t.match(String(body), 'Log npm in')
    const policy = headers.get('content-security-policy') ?? ''
    t.match(policy, "default-src 'none'")
    t.match(policy, "frame-ancestors 'none'")
    t.notMatch(policy, 'unsafe')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.match(String((await registry.call('/-/login?lang=zh-CN')).body), '登录 npm')
    for (const part of ['login.js', 'login.css']) {
      t.equal((await registry.call(`/-/login/${part}`)).status, 200)
    }
  },
)

t.test('what a client says of itself is one printable line', async (t) => {
  const { body } = await registry.call('/-/v1/login', {
    method: 'POST',
    body: {},
    headers: { 'user-agent': `evil\t${'x'.repeat(500)}` },
  })
  const code = new URL(body.loginUrl).hash.slice(1)
  const { client } = (await post('/-/v1/login/look', { code })).body
  t.match(client, /^evilx+$/)
  t.equal(client.length, 120)
})

t.test('a person logs npm in with a browser', { skip: withoutChromium }, async (t) => {
  const browser = await startChromium(t)
  const { body } = await post('/-/v1/login', {})
  const { page, complaints } = await openPage(browser, { locale: 'zh-CN' })
  await page.goto(body.loginUrl)
  await page.getByLabel('发布者').fill('acme')
  t.notMatch(page.url(), '#', 'the code leaves the address bar')
  await page.getByLabel('密码').fill('guess')
  await page.getByRole('button', { name: '确认登录' }).click()
  await page.getByRole('status').filter({ hasText: '用户名或密码错误' }).waitFor()
  await page.getByLabel('密码').fill(PASSWORD)
  await page.getByRole('button', { name: '确认登录' }).click()
  await page.getByRole('status').filter({ hasText: 'npm 已登录' }).waitFor()
  // The wrong password is told of by the browser too.
  t.same(
    complaints.filter((complaint) => !complaint.includes('401')),
    [],
  )
  const { token } = (await registry.call(new URL(body.doneUrl).pathname.slice(4))).body
  t.match((await registry.call('/-/whoami', { token })).body, { username: 'acme' })
})
