import t from 'tap'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import { serviceAccount } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, probe, setUpTenant } from '../support/probe.ts'

/** One host for the file: what each test does to it, the next one has to live with. */
const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
await installProbe(host)
const acme = await setUpTenant(host, 'acme')

const call = (operation: string, input?: unknown) => callProbe(host, acme.key, operation, input)

t.test('a call without a key, or with one nobody knows, is 401', async (t) => {
  for (const key of ['', 'nonsense', `dsk_${'a'.repeat(20)}_${'b'.repeat(43)}`, `${acme.key}x`]) {
    const { status, body } = await callProbe(host, key, 'echo', { text: 'x' })
    t.equal(status, 401)
    t.equal(body.code, 'CORE_AUTHENTICATION_REQUIRED')
  }
})

t.test('a body that is no JSON, or against the contract, is 400 with a pointer', async (t) => {
  t.match(await call('echo', '{"text":'), { status: 400, body: { code: 'CORE_BODY_UNREADABLE' } })
  t.match(await call('echo', ''), { status: 400, body: { code: 'CORE_BODY_UNREADABLE' } })
  const cases: [unknown, string][] = [
    [{}, '/text'],
    [{ text: 1 }, '/text'],
    [{ text: 'x', times: 9 }, '/times'],
    [{ text: 'x', extra: 1 }, '/extra'],
    [[], ''],
  ]
  for (const [input, pointer] of cases) {
    const { status, body } = await call('echo', input)
    t.equal(status, 400)
    t.equal(body.code, 'CORE_INPUT_INVALID')
    t.equal(body.errors[0].pointer, pointer)
  }
})

t.test('a body with __proto__ is refused, not passed on', async (t) => {
  t.match(await call('echo', '{"text":"x","__proto__":{"admin":true}}'), {
    status: 400,
    body: { code: 'CORE_BODY_UNREADABLE' },
  })
})

t.test("a body above the plugin's own limit is 413", async (t) => {
  t.match(await call('echo', { text: 'x'.repeat(70_000) }), {
    status: 413,
    body: { code: 'CORE_BODY_TOO_LARGE' },
  })
})

t.test(
  'a GET reads the query as the contract says, and only where the operation is safe',
  async (t) => {
    const headers = { authorization: `Bearer ${acme.key}` }
    const read = await fetch(`${host.url}/api/probe.one/v1/echo?text=hi&times=2`, { headers })
    t.same(await read.json(), { text: 'hi' })
    const wrong = await fetch(`${host.url}/api/probe.one/v1/echo?text=hi&times=many`, { headers })
    t.equal(wrong.status, 400)
    const unsafe = await fetch(`${host.url}/api/probe.one/v1/addNote?text=hi`, { headers })
    t.equal(unsafe.status, 405)
  },
)

t.test('an operation, a service or a major that is not there is told so', async (t) => {
  t.match(await call('nothing'), { status: 404, body: { code: 'CORE_OPERATION_MISSING' } })
  t.match(await callProbe(host, acme.key, 'echo', {}, 'other.service'), {
    status: 403,
    body: { code: 'CORE_SCOPE_MISSING' },
  })
  t.match(await callProbe(host, acme.key, 'echo', {}, '../../v1/tenants'), { status: 404 })
})

t.test('a plugin that throws is 502 without its stack, and is not the end of it', async (t) => {
  const { status, body } = await call('fail')
  t.equal(status, 502)
  t.equal(body.code, 'SBX_PLUGIN_THREW')
  t.notMatch(JSON.stringify(body), /index\.ts|plugin\.js|at .*:\d+/)
  t.match(await call('echo', { text: 'still here' }), { status: 200 })
})

t.test("a plugin's own refusal reaches the caller with its code", async (t) => {
  t.match(await call('refuse'), {
    status: 422,
    body: { code: 'NOTES_FULL', title: 'Delete a note first.' },
  })
})

t.test('neither a plugin nor a caller makes a label of the metrics', async (t) => {
  await call('refuse')
  await call('inventedOperation')
  await callProbe(host, acme.key, 'echo', {}, 'invented.service')
  await callProbe(host, 'nonsense', 'echo', {}, 'strange.service')
  const metrics = await (await fetch(`${host.url}/metrics`)).text()
  const calls = metrics.split('\n').filter((line) => line.startsWith('signalbox_call'))
  t.ok(
    calls.some((line) => /operation="refuse".*outcome="refused"/.test(line)),
    'it is counted',
  )
  t.ok(calls.some((line) => line.includes('outcome="CORE_OPERATION_MISSING"')))
  for (const word of ['NOTES_FULL', 'inventedOperation', 'invented.service', 'strange.service']) {
    t.notOk(
      calls.some((line) => line.includes(word)),
      word,
    )
  }
})

t.test(
  'a plugin that loops, eats memory or never answers is stopped by its own limit',
  async (t) => {
    t.match(await call('loop'), { status: 504, body: { code: 'SBX_TURN_TIMEOUT' } })
    t.match(await call('never'), { status: 504, body: { code: 'SBX_DEADLINE_EXCEEDED' } })
    const eaten = await call('eat')
    t.ok(eaten.status >= 500, String(eaten.status))
    t.match(eaten.body.code, /^SBX_(MEMORY_EXCEEDED|TURN_TIMEOUT|LANE_LOST)$/)
    t.match(await call('echo', { text: 'still here' }), {
      status: 200,
      body: { text: 'still here' },
    })
  },
)

t.test('while one app makes a plugin misbehave, another app is answered', async (t) => {
  const globex = await setUpTenant(host, 'globex')
  const bad = Promise.all(['loop', 'eat', 'never', 'flood'].map((operation) => call(operation)))
  for (let round = 0; round < 20; round++) {
    t.match(await callProbe(host, globex.key, 'echo', { text: 'x' }), { status: 200 })
  }
  await bad
})

t.test('an answer against the contract is 502 and names plugin and version', async (t) => {
  const { status, body } = await call('breakContract')
  t.equal(status, 502)
  t.equal(body.code, 'CORE_ANSWER_BREAKS_CONTRACT')
  t.match(body.title, '@probe/one@1.0.0')
  t.equal(body.errors[0].pointer, '/promised')
})

t.test('a suspended subscription is 403 at once, and serves again when resumed', async (t) => {
  const admin = host.as(acme.adminToken)
  await admin.request('POST', `/v1/subscriptions/${acme.subscription}:suspend`)
  t.match(await call('echo', { text: 'x' }), {
    status: 403,
    body: { code: 'CORE_SUBSCRIPTION_SUSPENDED' },
  })
  await admin.request('POST', `/v1/subscriptions/${acme.subscription}:resume`)
  t.match(await call('echo', { text: 'x' }), { status: 200 })
  t.match(await refusal(admin.request('POST', `/v1/subscriptions/${acme.subscription}:resume`)), {
    status: 409,
    code: 'CORE_SUBSCRIPTION_COMMAND_REFUSED',
  })
})

t.test('a revoked key is 401 at once, while the other key of the subscription works', async (t) => {
  const admin = host.as(acme.adminToken)
  const path = `/v1/subscriptions/${acme.subscription}/credentials`
  const second = await admin.request<{ id: string; key: string }>('POST', path)
  t.match(await refusal(admin.request('POST', path)), { code: 'CORE_CREDENTIAL_LIMIT' })
  t.match(await callProbe(host, second.key, 'echo', { text: 'x' }), { status: 200 })
  await admin.request('DELETE', `${path}/${second.id}`)
  t.match(await callProbe(host, second.key, 'echo', { text: 'x' }), { status: 401 })
  t.match(await call('echo', { text: 'x' }), { status: 200 })
})

t.test(
  'of 30 calls at once a burst of 10 lets 10 pass; the rest is 429 with Retry-After',
  async (t) => {
    const plan = `/v1/catalog/services/probe.one/versions/1/plans/standard`
    await host.client.request('PUT', plan, { ratePerS: 0.001, burst: 10 })
    const limited = await setUpTenant(host, 'initech')
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => callProbe(host, limited.key, 'echo', { text: 'x' })),
    )
    t.equal(replies.filter(({ status }) => status === 200).length, 10)
    const refused = replies.filter(({ status }) => status === 429)
    t.equal(refused.length, 20)
    t.equal(refused[0]?.body.code, 'CORE_RATE_LIMITED')
    t.ok(Number(refused[0]?.headers.get('retry-after')) >= 1)
    t.match(refused[0]?.headers.get('ratelimit'), /^"burst";r=0;t=\d+$/)
    await host.client.request('PUT', plan, { ratePerS: 200, burst: 400 })
  },
)

t.test(
  'a scope that comes from nowhere, and a version that is not there, are refused',
  async (t) => {
    t.match(await refusal(host.client.request('POST', '/v1/plugins', { name: '@probe/none' })), {
      status: 403,
      code: 'CORE_SCOPE_UNBOUND',
    })
    for (const version of ['9.9.9', 'constructor', '__proto__', 'toString']) {
      t.match(await refusal(host.client.request('POST', '/v1/plugins', { name: probe, version })), {
        status: 404,
        code: 'CORE_PACKAGE_MISSING',
      })
    }
  },
)

t.test(
  'without consent a plugin is not enabled, and the refusal names what is missing',
  async (t) => {
    const { adminToken } = await host.client.request<{ adminToken: string }>(
      'POST',
      '/v1/tenants',
      {
        id: 'hooli',
        name: 'Hooli',
      },
    )
    const path = '/v1/tenants/hooli/plugins/@probe%2Fone'
    t.match(await refusal(host.as(adminToken).request('PUT', path, { binding: 'enabled' })), {
      status: 409,
      code: 'CORE_CONSENT_MISSING',
      title: /db:own/,
    })
  },
)

t.test('refusals come in the language the caller asks for', async (t) => {
  const response = await fetch(`${host.url}/v1/nothing`, {
    headers: { 'accept-language': 'zh-CN' },
  })
  t.equal(response.status, 404)
  t.match((await response.json()) as object, { code: 'CORE_ROUTE_MISSING', title: /不存在/ })
})

t.test('a character that cannot be stored is 400, in whatever is written of it', async (t) => {
  const admin = host.as(acme.adminToken)
  const { id } = await serviceAccount(admin, { tenant: 'acme', login: 'sync' }, ['me.read'])
  for (const label of ['\ud800', 'x\udfff', 'a\0b']) {
    const asked = admin.request('POST', `/v1/users/${id}/tokens?tenant=acme`, { label, days: 1 })
    t.match(await refusal(asked), { status: 400, code: 'CORE_INPUT_INVALID' })
  }
})

t.test('a number beyond all that are counted is 400', async (t) => {
  const admin = host.as(acme.adminToken)
  for (const after of ['9'.repeat(400), '1e309', '9007199254740993']) {
    const asked = admin.request('GET', `/v1/tenants/acme/rollout-events?after=${after}`)
    t.match(await refusal(asked), { status: 400, code: 'CORE_INPUT_INVALID' })
  }
})

t.test('a file that is put under an idempotency key is put, and is there once', async (t) => {
  const { adminToken } = await setUpTenant(host, 'umbrella', {
    capabilities: ['db:own', 'blob:own'],
  })
  const put = () =>
    fetch(`${host.url}/v1/tenants/umbrella/plugins/@probe%2Fone/blobs`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${adminToken}`,
        'content-type': 'application/json',
        'idempotency-key': '"one"',
      },
      body: '{"of":"umbrella"}',
    })
  const [first, second] = [await put(), await put()]
  t.equal(first.status, 201)
  t.ok(second.ok)
  t.same(await second.json(), await first.json())
})

t.test('names that only look different are one, and what cannot be seen is in none', async (t) => {
  const admin = host.as(acme.adminToken)
  const make = (login: string) =>
    admin.request('POST', '/v1/users', { tenant: 'acme', login, displayName: 'Look alike' })
  await make('josé'.normalize('NFC'))
  await make('ann')
  for (const login of ['josé'.normalize('NFD'), 'JOSÉ', 'ａｎｎ', '𝐚𝐧𝐧', 'ANN']) {
    t.match(await refusal(make(login)), { status: 409 }, login)
  }
  const unseen = [
    '\u200d',
    '\u200b',
    '\u00ad',
    '\u202e',
    '\u2066',
    '\ufeff',
    '\u{e0061}',
    '\0',
    ' ',
  ]
  for (const sign of unseen) {
    for (const login of [`an${sign}a`, `${sign}ana`]) {
      const asked = await refusal(make(login))
      t.match(asked, { status: 400, code: 'CORE_INPUT_INVALID' }, JSON.stringify(login))
    }
  }
})

t.test('ids that people type are of one alphabet', async (t) => {
  const admin = host.as(acme.adminToken)
  for (const id of [
    'аcme',
    'ａｃｍｅ',
    'Acme',
    'acmé',
    'acme\u200b',
    'acme\n',
    '__proto__',
    '汉',
  ]) {
    const named = { id, name: 'Look alike' }
    const at = encodeURIComponent(id)
    for (const asked of [
      () => host.client.request('POST', '/v1/tenants', named),
      () => admin.request('POST', '/v1/units', { tenant: 'acme', ...named }),
      () => admin.request('POST', '/v1/apps', { tenant: 'acme', ...named }),
      () =>
        admin.request('PUT', `/v1/roles/${at}?tenant=acme`, { name: 'x', actions: ['user.list'] }),
      () => admin.request('GET', `/v1/users?tenant=${at}`),
    ]) {
      t.match(await refusal(asked()), { status: 400, code: 'CORE_INPUT_INVALID' }, id)
    }
  }
})

t.test('half of a surrogate pair is no text, on whatever route it comes', async (t) => {
  const odd = 'half: \ud83d'
  const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const admin = { authorization: `Bearer ${acme.adminToken}` }
  const app = { authorization: `Bearer ${acme.key}` }
  const grants = `/v1/tenants/acme/plugins/${encodeURIComponent(probe)}`
  const event = { specversion: '1.0', id: '1', source: '/x', type: 'x.y', data: { a: [odd] } }
  const cases = [
    ['POST', '/v1/tenants', operator, { id: 'odd', name: odd }, '/name'],
    ['PUT', '/v1/roles/odd?tenant=acme', admin, { name: 'Odd', actions: [odd] }, '/actions/0'],
    [
      'POST',
      '/v1/users',
      admin,
      { login: 'odd', displayName: 'Odd', email: `${odd}@x.y` },
      '/email',
    ],
    ['POST', '/v1/sign-in', {}, { tenant: 'acme', login: 'ann', password: odd }, '/password'],
    ['PUT', `${grants}/config`, admin, { greeting: { deep: odd } }, '/greeting/deep'],
    ['PUT', `${grants}/secrets/one`, admin, { value: odd }, '/value'],
    ['POST', '/v1/webhooks', admin, { url: 'https://x.example', events: [odd] }, '/events/0'],
    ['POST', '/v1/tenants/acme/organisation:import', admin, { users: odd }, '/users'],
    ['POST', '/v1/rollouts', operator, { plugin: probe, version: odd }, '/version'],
    ['POST', '/v1/events', app, event, '/data/a/0', 'application/cloudevents+json'],
    ['POST', '/v1/apps', admin, { id: 'odd', name: 'Odd', [odd]: 1 }, '/half: \ufffd'],
  ] as const
  for (const [method, path, proof, body, pointer, type = 'application/json'] of cases) {
    const response = await fetch(`${host.url}${path}`, {
      method,
      headers: { ...proof, 'content-type': type },
      body: JSON.stringify(body),
    })
    t.match(
      { status: response.status, body: await response.json() },
      { status: 400, body: { code: 'CORE_INPUT_INVALID', errors: [{ pointer }] } },
      `${method} ${path}`,
    )
  }
  for (const path of ['/v1/audit?actor=%ED%A0%80', '/v1/marketplace/packages?q=%ED%A0%80']) {
    const { status } = await fetch(`${host.url}${path}`, { headers: operator })
    t.ok(status < 500, `${path}: ${status}`)
  }
})
