import { createHmac } from 'node:crypto'
import { until } from '../../../sandbox/test/until.ts'
import type { Attempt } from '../fixtures/intruder-plugin/src/attempt.ts'
import { makeCanary } from '../support/canaries.ts'
import { OPERATOR_TOKEN, type Teardown } from '../support/host-process.ts'
import { keptCall } from '../support/ledger.ts'
import { type OutboundServer, outboundServer } from '../support/outbound-server.ts'
import type { OwnServerHost } from '../support/own-server-host.ts'
import { type Keeper, marker, type Secret } from './planted-secrets.ts'

/** What the flows left in the hands of clients. */
export interface Told {
  /** Answers and errors, also those of requests that were refused. */
  readonly answers: string[]
  readonly recordings: string[]
}

/** Says everything that it was sent, in all the ways in which a careless server does. */
export function echoServer(t: Teardown): Promise<OutboundServer> {
  return outboundServer(t, ({ url, headers, body }, response) => {
    const told = JSON.stringify({ url, headers, body, note: marker })
    const path = new URL(url, 'http://echo.example').pathname
    if (path === '/reset') return response.destroy()
    if (path === '/away') {
      const seen = encodeURIComponent(String(headers['x-key']))
      return response.writeHead(302, { location: `/landed?seen=${seen}` }).end()
    }
    response.statusCode = path === '/error' ? 500 : 200
    response.setHeader('x-echo', String(headers['x-key']))
    response.end(`${told}\n${Buffer.from(told).toString('base64')}`)
  })
}

const withSecrets = {
  headers: {
    'x-key': '{{secret:door-key}}',
    authorization: '{{basic:planner:door-key}}',
    'x-note': marker,
  },
}

/** Uses every secret, well and badly, on a whole host. @returns also the secrets that were made meanwhile */
export async function useSecrets(
  own: OwnServerHost,
  keeper: Keeper,
): Promise<{ told: Told; more: readonly Secret[] }> {
  const told: Told = { answers: [], recordings: [] }
  const { host } = own
  const call = async (
    operation: string,
    attempt: Attempt,
  ): Promise<{ answer?: string; invocation?: string }> => {
    const text = await ask(`${host.url}/api/intruder.one/v1/${operation}`, keeper.key, attempt)
    told.answers.push(text)
    return JSON.parse(text.slice(text.indexOf('\n') + 1)) as { answer?: string }
  }
  await outbound(call, keeper)
  await call('attempt', {
    call: 'keys.sign',
    with: [{ key: 'intruder-key', usage: 'jwt', claims: {}, expiresInS: 60 }],
  })
  await call('attempt', { call: 'remember', with: [marker] })
  await call('attempt', { call: 'log.info', with: ['told', { marker }] })
  await call('attempt', {
    call: 'db.query',
    with: ["insert into kept (kind, body) values ('row', $1)", [marker]],
  })
  const link = `/links/${await sharedLink(own, keeper)}`
  for (const path of [link, `${link}x`, `${link}?page=[`])
    told.answers.push(await ask(`${host.url}${path}`))
  const session = await strangers(own, keeper, told)
  await webhooks(own, keeper, told)
  await call('fail', { call: 'fetch', with: [`${keeper.origin}/echo`, withSecrets] })
  await recorded(own, keeper, told)
  told.answers.push(await ask(`${host.url}/v1/audit?limit=200`, OPERATOR_TOKEN))
  const token = link.slice('/links/lnk_'.length)
  return {
    told,
    more: [
      { name: "a link's address", value: link.slice('/links/'.length), entitled: ['lanes'] },
      { name: "a link's random part", value: token, entitled: ['lanes'] },
      { name: 'what a browser was logged in with', value: session },
    ],
  }
}

type Call = (operation: string, attempt: Attempt) => Promise<object>

/** A server that tells all, one that fails, requests that are refused, a lane that dies; and then the first again. */
async function outbound(call: Call, { origin }: Keeper): Promise<void> {
  const get = (url: string, init: object = withSecrets) =>
    call('attempt', { call: 'fetch', with: [url, init] })
  const inQuery = '?key=%7B%7Bsecret:door-key%7D%7D'
  for (const path of ['/echo', `/echo${inQuery}`, '/error', `/error${inQuery}`, '/away', '/reset'])
    await get(`${origin}${path}`)
  await get('https://elsewhere.example/')
  await get(`${origin}/{{secret:door-key}}`)
  await get(`${origin}/echo`, { ...withSecrets, method: 'POST', body: '{{secret:door-key}}' })
  // The path of it is in the audit.
  await get(`${origin}/${marker}`, { ...withSecrets, method: 'POST', body: marker })
  const lost = await call('attempt', { call: 'crash', with: [`${origin}/echo`, withSecrets] })
  if (!/SBX_(MEMORY_EXCEEDED|LANE_LOST)/.test(JSON.stringify(lost)))
    throw new Error('no lane was lost')
  await get(`${origin}/echo`)
}

/** Requests whose credentials are wrong, misplaced or of somebody else. */
async function strangers(
  { host }: OwnServerHost,
  { key, path, publisherToken }: Keeper,
  { answers }: Told,
): Promise<string> {
  const session = makeCanary('session')
  const headers = {
    cookie: `sid=${session}`,
    'x-api-key': session,
    authorization: `Bearer ${session}`,
  }
  for (const at of [
    '/v1/tenants',
    '/api/intruder.one/v1/view',
    '/npm/-/whoami',
    `${path}/secrets`,
    '/nowhere',
  ]) {
    const response = await fetch(`${host.url}${at}`, { headers })
    answers.push(await textOf(response))
  }
  // What is right, where it is of no use; and where it is.
  answers.push(await ask(`${host.url}/npm/-/whoami`, publisherToken))
  answers.push(await ask(`${host.url}/v1/tenants`, publisherToken))
  answers.push(await ask(`${host.url}/v1/tenants`, key))
  answers.push(await ask(`${host.url}${path}/secrets`, key))
  const broken = await fetch(`${host.url}${path}/secrets/door-key`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${session}` },
    body: `{"value": ${session}`,
  })
  answers.push(await textOf(broken))
  return session
}

async function webhooks({ host }: OwnServerHost, keeper: Keeper, { answers }: Told): Promise<void> {
  const { address, secret } = keeper.hook
  const [id, body] = ['msg_1', JSON.stringify({ note: marker })]
  const time = String(Math.floor(Date.now() / 1000))
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
  const signature = `v1,${mac.update(`${id}.${time}.${body}`).digest('base64')}`
  for (const sent of [signature, 'v1,AAAA']) {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': time,
      'webhook-signature': sent,
    }
    answers.push(
      await textOf(await fetch(`${host.url}${address}`, { method: 'POST', headers, body })),
    )
  }
  answers.push(await textOf(await fetch(`${host.url}${address}x`, { method: 'POST', body })))
  await until(async () => {
    const path = `${keeper.path}/hooks/gate/deliveries`
    const shown = await keeper.admin.request<{ items: { state: string }[] }>('GET', path)
    answers.push(JSON.stringify(shown))
    return shown.items.some(({ state }) => state === 'delivered')
  })
}

/** Shares a link in a call that then fails: what it was told is in its recording. The app that asked gets it too. */
async function sharedLink({ host }: OwnServerHost, { key }: Keeper): Promise<string> {
  const share = { call: 'links.share', with: ['intruder.one/view', { note: marker }] }
  const text = await ask(`${host.url}/api/intruder.one/v1/fail`, key, share)
  const [token] = /lnk_[\w-]{43}/.exec(text) ?? []
  if (token === undefined) throw new Error(`no link was made: ${text}`)
  return token
}

/** What is kept of each call, as the tenant's admin sees it, and the operator after a release. */
async function recorded(
  { host }: OwnServerHost,
  { admin }: Keeper,
  { recordings }: Told,
): Promise<void> {
  const path = '/v1/tenants/acme/invocations'
  let kept: readonly { id: string; operation: string }[] = []
  await until(async () => {
    kept = (await admin.request<{ items: typeof kept }>('GET', `${path}?limit=200`)).items
    return kept.filter(({ operation }) => operation === 'fail').length >= 2
  })
  for (const { id } of kept) {
    recordings.push(JSON.stringify(await keptCall(admin, id)))
    await admin.request('POST', `${path}/${id}/releases`, { to: 'operator', hours: 1 })
    recordings.push(await ask(`${host.url}/v1/invocations/${id}`, OPERATOR_TOKEN))
  }
}

async function ask(url: string, token?: string, body?: object): Promise<string> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return textOf(response)
}

/** All that a client sees. */
async function textOf(response: Response): Promise<string> {
  return `${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`
}
