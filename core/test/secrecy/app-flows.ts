import { until } from '../../../sandbox/test/until.ts'
import type { OutboundServer } from '../support/outbound-server.ts'
import type { Keeper, Secret } from './planted-secrets.ts'
import type { Told } from './secret-flows.ts'

const form = (fields: Readonly<Record<string, string>>) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})

/** An app proves itself by OAuth and is sent events; well and badly. @returns what it has and was given */
export async function useApps(
  url: string,
  keeper: Keeper,
  receiver: OutboundServer,
  told: Told,
): Promise<readonly Secret[]> {
  return [
    ...(await useOauth(url, keeper, told)),
    ...(await useWebhooks(keeper.admin, receiver, told)),
  ]
}

async function useOauth(url: string, { admin, key }: Keeper, { answers }: Told) {
  const { items } = await admin.request<{ items: { id: string }[] }>('GET', '/v1/subscriptions')
  const path = `/v1/subscriptions/${items[0]?.id}/credentials`
  type Client = Readonly<Record<'clientId' | 'clientSecret', string>>
  const { clientId, clientSecret } = await admin.request<Client>('POST', path, { kind: 'secret' })
  const grant = { grant_type: 'client_credentials' }
  const client = { client_id: clientId, client_secret: clientSecret }
  const ask = async (asked: RequestInit) => {
    const answer = await fetch(`${url}/oauth2/token`, asked)
    const text = await answer.text()
    if (!answer.ok) answers.push(text)
    return (JSON.parse(text) as { access_token?: string }).access_token ?? ''
  }
  const token = await ask(form({ ...grant, ...client }))
  if (token === '') throw new Error('no token was given')
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const headers = { authorization: `Basic ${basic}` }
  const other = await ask({ ...form(grant), headers })
  // Right secrets in wrong places, and wrong ones beside right ones.
  await ask(form({ ...grant, ...client, scope: clientSecret }))
  await ask(form({ grant_type: clientSecret, ...client }))
  await ask({ ...form({ ...grant, ...client }), headers })
  await ask(form({ ...grant, client_id: clientSecret, client_secret: token }))
  const call = async (authorization: string, query = '') => {
    const answer = await fetch(`${url}/api/intruder.one/v1/view${query}`, {
      headers: { authorization },
    })
    answers.push(await answer.text())
  }
  await call(`Bearer ${token}`)
  await call(`Bearer ${token}x`)
  await call(`Bearer ${token.split('.').reverse().join('.')}`)
  await call('', `?access_token=${token}&key=${key}`)
  const revoked = await fetch(`${url}/oauth2/revoke`, form({ ...client, token: other }))
  answers.push(await revoked.text())
  await call(`Bearer ${other}`)
  return [
    { name: "a client's secret", value: clientSecret },
    { name: "a client's secret as Basic has it", value: basic },
    { name: 'an access token', value: token },
    { name: 'an access token that was revoked', value: other },
  ]
}

async function useWebhooks(admin: Keeper['admin'], receiver: OutboundServer, { answers }: Told) {
  const wish = { app: 'app', url: `${receiver.origin}/out`, types: ['signalbox.*'] }
  const made = await admin.request<{ id: string; secret: string }>('POST', '/v1/webhooks', wish)
  const at = `/v1/webhooks/${made.id}`
  await admin.request('POST', `${at}:test`)
  const rotated = await admin.request<{ secret: string }>('POST', `${at}:rotate`, {
    overlapHours: 1,
  })
  await admin.request('POST', `${at}:test`)
  const sent = () => receiver.requests.filter(({ url }) => url === '/out')
  await until(() => sent().length >= 2, 60_000)
  for (const path of [at, '/v1/webhooks', `${at}/deliveries`]) {
    answers.push(JSON.stringify(await admin.request('GET', path)))
  }
  const secretOf = (text: string) => text.slice('whsec_'.length)
  return [made.secret, rotated.secret].flatMap((secret, index) => [
    { name: `the signing secret ${index + 1} of an endpoint`, value: secretOf(secret) },
    {
      name: `the bytes of the signing secret ${index + 1} of an endpoint`,
      value: Buffer.from(secretOf(secret), 'base64'),
    },
  ])
}
