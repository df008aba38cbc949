import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { publicKeysOf, verifiedStatement } from '../../src/sealing/host-signer.ts'
import { HostProcess } from '../support/host-process.ts'
import { probe } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

/** A calendar of changes outside of the host: what it is asked, and what it says next. */
const asked: { path: string | undefined; headers: IncomingHttpHeaders; body: Buffer }[] = []
let says = { status: 200, body: '{}', location: '' }
const calendar = createServer(async (request, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  asked.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts) })
  response.writeHead(says.status, { location: says.location }).end(says.body)
})
await new Promise<void>((resolve) => calendar.listen(0, '127.0.0.1', resolve))
t.teardown(() => calendar.close())
const origin = `http://127.0.0.1:${(calendar.address() as AddressInfo).port}`
const url = `${origin}/may-release`

const host = await HostProcess.start(t, { environment: { SIGNALBOX_FETCH_ALLOW: origin } })
const release = await releaseProbe(t, host)
await release('1.0.0')
await release('1.1.0')

interface Rollout {
  readonly id: string
  readonly state: string
  readonly waiting?: { readonly en: string }
}

async function started(hook: object): Promise<string> {
  const steps = [{ hook }, { weightBp: 10_000, hold: { evenUnseen: true, durationMs: 0 } }]
  const wish = { plugin: probe, version: '1.1.0', steps }
  const { id } = await host.client.request<Rollout>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

async function until(id: string, isSo: (rollout: Rollout) => boolean): Promise<Rollout> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const rollout = await host.client.request<Rollout>('GET', `/v1/rollouts/${id}`)
    if (isSo(rollout)) return rollout
    if (Date.now() > deadline) throw new Error(`it is ${JSON.stringify(rollout)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const waitsFor = (text: string) => (rollout: Rollout) => rollout.waiting?.en.includes(text) === true
const abort = (id: string) => host.client.request('POST', `/v1/rollouts/${id}/abort`, {})

t.test('only a yes of the hook lets the rollout go on, whatever else it answers', async (t) => {
  const refused = { status: 302, location: `${origin}/elsewhere`, body: '{"allow":true}' }
  const cases = [
    {
      answer: { status: 200, body: '{"allow":false,"reason":"quarter end"}', location: '' },
      text: 'quarter end',
    },
    {
      answer: { status: 500, body: '{"allow":true}', location: '' },
      text: 'CORE_ROLLOUT_HOOK_REFUSED',
    },
    {
      answer: { status: 200, body: '<html>', location: '' },
      text: 'no answer of { allow, reason }',
    },
    { answer: refused, text: 'CORE_ROLLOUT_HOOK_REFUSED' },
    {
      answer: {
        status: 200,
        body: `{"allow":true,"reason":"${'a'.repeat(20_000)}"}`,
        location: '',
      },
      text: 'CORE_FETCH_TOO_LARGE',
    },
  ]
  for (const { answer, text } of cases) {
    says = answer
    const id = await started({ url })
    t.match(await until(id, waitsFor(text)), { state: 'running' }, text)
    await abort(id)
  }
  t.notOk(
    asked.some(({ path }) => path !== '/may-release'),
    'the redirection was not followed',
  )
})

t.test('an address that the operator did not name is not asked', async (t) => {
  const ids: string[] = []
  for (const other of [url.replace('127.0.0.1', 'localhost'), 'http://169.254.169.254/latest']) {
    const id = await started({ url: other })
    ids.push(id)
    t.match(await until(id, waitsFor('CORE_FETCH_')), { state: 'running' }, other)
    await abort(id)
  }
  // Of a rollout that was ended just before, a question may still have been under way.
  t.same(
    asked.filter(({ body }) => ids.some((id) => body.includes(id))),
    [],
  )
})

t.test('it is told of the rollout, by a host that signs what it says', async (t) => {
  says = { status: 200, body: '{"allow":true,"reason":"all clear"}', location: '' }
  const id = await started({ url, input: { window: 'night' } })
  await until(id, ({ state }) => state === 'completed')
  const { headers, body } = asked.findLast((one) => one.body.includes(id)) as (typeof asked)[number]
  t.match(JSON.parse(body.toString()), {
    window: 'night',
    rollout: { id, plugin: probe, from: '1.0.0', to: '1.1.0', step: 0, weightBp: 0 },
  })
  const jwks = await host.client.request<{ keys: [] }>('GET', '/v1/signing-keys')
  const statement = await verifiedStatement<{ sha256: string }>(
    String(headers['signalbox-signature']),
    'rollout-hook+jws',
    publicKeysOf(jwks),
  )
  t.equal(statement?.sha256, createHash('sha256').update(body).digest('base64url'))
})

t.test(
  'an address that cannot be asked is refused with its place when it is planned',
  async (t) => {
    const refused = await started({ url: 'ftp://calendar.example.com' }).catch((error) => error)
    t.match(refused.problem, {
      code: 'CORE_INPUT_INVALID',
      errors: [{ pointer: '/steps/0/hook/url' }],
    })
  },
)
