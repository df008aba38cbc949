import { join } from 'node:path'
import t from 'tap'
import { Npm, writeFiles } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'

/** Two hosts on one database: what happens at once may happen on two nodes. */
const { hostUrl } = await testDatabases(t)
const one = await HostProcess.start(t, { databaseUrl: hostUrl })
const two = await HostProcess.start(t, { databaseUrl: hostUrl })
const home = await temporaryHome(t)
const npm = await Npm.at(join(home, 'npm'), `${one.url}/npm/`, OPERATOR_TOKEN)

interface PluginView {
  readonly stableVersion: string | null
  readonly versions: readonly { readonly version: string; readonly state: string }[]
}

const install = (host: HostProcess, version: string) =>
  host.client.request<{ state: string }>('POST', '/v1/plugins', { name: probe, version })

const look = (host: HostProcess) =>
  host.client.request<PluginView>('GET', '/v1/plugins/@probe%2Fone')

async function publish(version: string): Promise<void> {
  const { code, stderr } = await npm.run(['publish'], await probeVersion(home, version))
  if (code !== 0) throw new Error(stderr)
}

t.test('of two first versions at once one is stable, and the other waits, warm', async (t) => {
  await publish('1.0.0')
  await publish('1.1.0')
  const answers = await Promise.all([install(one, '1.0.0'), install(two, '1.1.0')])
  t.same(answers.map(({ state }) => state).sort(), ['stable', 'warm'])
  for (const host of [one, two]) {
    const { stableVersion, versions } = await look(host)
    t.same(versions.map(({ state }) => state).sort(), ['stable', 'warm'])
    t.equal(stableVersion, versions.find(({ state }) => state === 'stable')?.version)
  }
})

t.test('one version installed on two hosts at once is installed once', async (t) => {
  await publish('1.2.0')
  const answers = await Promise.all(
    [one, two, one, two].map((host) => install(host, '1.2.0').then(({ state }) => state)),
  )
  t.same(answers, ['warm', 'warm', 'warm', 'warm'])
  const { versions } = await look(two)
  t.equal(versions.filter(({ version }) => version === '1.2.0').length, 1)
  const { items } = await one.client.request<{ items: { action: string; subject: string }[] }>(
    'GET',
    '/v1/audit?limit=200',
  )
  const installed = items.filter(
    ({ action, subject }) => action === 'plugin.installed' && subject === `${probe}@1.2.0`,
  )
  t.equal(installed.length, 1, 'and audited once')
})

t.test('settings put at once all hold, one after the other', async (t) => {
  const { adminToken, key } = await setUpTenant(one, 'acme')
  const path = '/v1/tenants/acme/plugins/@probe%2Fone'
  const revisions = await Promise.all(
    Array.from({ length: 12 }, async (_none, turn) => {
      const host = turn % 2 === 0 ? one : two
      const body = { greeting: `hello ${turn}` }
      const { revision } = await host
        .as(adminToken)
        .request<{ revision: number }>('PUT', `${path}/config`, body)
      return revision
    }),
  )
  const inOrder = revisions.sort((a, b) => a - b)
  t.same(
    inOrder,
    Array.from(inOrder.keys(), (turn) => turn + 1),
  )
  for (const host of [one, two]) {
    t.match(await host.as(adminToken).request('GET', path), { configRevision: 12 })
    t.equal((await callProbe(host, key, 'echo', { text: 'x' })).status, 200)
    t.equal((await fetch(`${host.url}/healthz`)).status, 200)
  }
})

t.test('settings whose check would cost too much cannot be published', async (t) => {
  const hostile: Record<string, object> = {
    'a pattern that takes backtracking': {
      type: 'object',
      properties: { greeting: { type: 'string', pattern: '^(a+)\\1$' } },
    },
    'a schema that refers to itself': {
      $defs: { tree: { type: 'object', additionalProperties: { $ref: '#/$defs/tree' } } },
      $ref: '#/$defs/tree',
    },
    'what is no schema': { type: 'no such type' },
  }
  for (const [index, [what, schema]] of Object.entries(hostile).entries()) {
    const version = `2.0.${index}`
    const folder = await probeVersion(home, version)
    await writeFiles(folder, { 'schemas/config.json': JSON.stringify(schema) })
    const { code, stderr } = await npm.run(['publish'], folder)
    t.not(code, 0, what)
    t.match(stderr, 'schemas/config.json', `${what}: the refusal names the file`)
    const listed = (await (await fetch(`${one.url}/npm/@probe%2Fone`)).json()) as {
      versions: object
    }
    t.notOk(Object.hasOwn(listed.versions, version), `${what}: nothing of it is listed`)
  }
})

t.test('settings that do not fit are refused, and the host goes on', async (t) => {
  const path = '/v1/tenants/acme/plugins/@probe%2Fone/config'
  const deep = `${'{"greeting":'.repeat(500)}1${'}'.repeat(500)}`
  const bodies = ['{"greeting":1}', '{"__proto__":{"greeting":"x"}}', '[]', 'null', '1', deep]
  for (const body of [
    ...bodies,
    `{"greeting":"${'a'.repeat(200_000)}!"}`,
    '{"greeting":"\\u0000"}',
  ]) {
    const answer = await fetch(`${one.url}${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      body,
    })
    t.ok(answer.status >= 400 && answer.status < 500, `${body.slice(0, 40)}: ${answer.status}`)
  }
  t.equal((await fetch(`${one.url}/healthz`)).status, 200)
})
