import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Host } from '../main.ts'
import type { Demo } from './demo-file.ts'
import { makePeople } from './demo-people.ts'
import { publishPractice } from './demo-practice.ts'
import { publishSigned } from './demo-signed.ts'
import { HostClient, HostRefusal } from './host-client.ts'
import { say } from './language.ts'
import { npmPublish } from './npm-publish.ts'
import { parseService, type ServiceReference } from './service-reference.ts'

interface PluginFolder {
  readonly folder: string
  readonly name: string
  readonly version: string
  readonly signalbox: {
    readonly runtime?: { readonly tier: string }
    readonly capabilities?: Readonly<Record<string, unknown>>
  }
}

/**
 * Sets a demo up through the same faces that everyone uses: npm publish, install, consent, subscribe. Each
 * step is skipped where it is done already, so that a second start, or one after a kill, changes nothing.
 * @returns lines to print: how to make the first call, and where its people sign in
 */
export async function seedDemo(demo: Demo, host: Host, dataFolder: string): Promise<string[]> {
  const folders = [demo.plugin, ...(demo.beside ?? [])].map((one) => resolve(demo.folder, one))
  const plugins = await Promise.all(folders.map(readPlugin))
  const client = new HostClient({ url: host.url, token: host.adminToken })
  const subscribed = subscribedBy(demo, dataFolder)
  if (!(await isSeeded(client, demo, plugins, subscribed))) {
    for (const plugin of plugins) await publishAndInstall(client, { host, dataFolder }, plugin)
    await makeTenant(client, demo)
    for (const plugin of plugins) await enable(client, demo, plugin)
    for (const one of subscribed) {
      if (!(await isSubscribed(client, demo, one))) await subscribe(client, demo, one)
    }
  }
  const to = { registry: `${host.url}/npm/`, token: host.adminToken }
  await publishPractice(demo, { client, ...to })
  const people = await makePeople(client, demo, { url: host.url, dataFolder })
  const key = await readFile(join(dataFolder, KEY_FILE), 'utf8')
  const rollout = await firstRollout(host, demo, dataFolder)
  return [...firstCall(host, demo, key.trim()), ...people, ...rollout]
}

/** That of the first call; those of more services have the name of theirs behind it. */
const KEY_FILE = 'demo-key'

interface Subscribed extends ServiceReference {
  readonly keyFile: string
}

function subscribedBy(demo: Demo, dataFolder: string): readonly Subscribed[] {
  const { service, major, subscribes = [] } = demo
  const more = subscribes
    .map(parseService)
    .map((one) => ({ ...one, keyFile: join(dataFolder, `${KEY_FILE}.${one.service}`) }))
  return [{ service, major, keyFile: join(dataFolder, KEY_FILE) }, ...more]
}

async function readPlugin(folder: string): Promise<PluginFolder> {
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  return { ...(JSON.parse(text) as Omit<PluginFolder, 'folder'>), folder }
}

async function isSeeded(
  client: HostClient,
  demo: Demo,
  plugins: readonly PluginFolder[],
  subscribed: readonly Subscribed[],
): Promise<boolean> {
  for (const plugin of plugins) {
    const path = tenantPluginPath(demo, plugin)
    const state = await ignoring([404], client.request<{ binding: string }>('GET', path))
    if (state?.binding !== 'enabled') return false
  }
  for (const one of subscribed) {
    if (!(await isSubscribed(client, demo, one))) return false
  }
  return true
}

async function isSubscribed(client: HostClient, demo: Demo, one: Subscribed): Promise<boolean> {
  const subscription = await findSubscription(client, demo, one)
  return subscription?.state === 'active' && existsSync(one.keyFile)
}

async function publishAndInstall(
  client: HostClient,
  { host, dataFolder }: { host: Host; dataFolder: string },
  { folder, name, version, signalbox }: PluginFolder,
): Promise<void> {
  const path = `/npm/${encodeURIComponent(name)}`
  const to = { registry: `${host.url}/npm/`, token: host.adminToken }
  const known = await ignoring([404], client.request<{ versions: object }>('GET', path))
  if (known === undefined || !Object.hasOwn(known.versions, version)) {
    if (signalbox.runtime?.tier === 'trusted') {
      await publishSigned(folder, { client, ...to, dataFolder })
    } else await npmPublish(folder, to.registry, to.token)
  }
  await client.request('POST', '/v1/plugins', { name, version })
}

async function makeTenant(client: HostClient, { tenant, units, app, sends }: Demo): Promise<void> {
  await ignoring([409], client.request('POST', '/v1/tenants', tenant))
  for (const { parent, ...unit } of units) {
    const body = { ...unit, tenant: tenant.id, ...(parent ? { parent } : {}) }
    await ignoring([409], client.request('POST', '/v1/units', body))
  }
  await ignoring([409], client.request('POST', '/v1/apps', { ...app, tenant: tenant.id }))
  if (sends === undefined) return
  const path = `/v1/tenants/${tenant.id}/apps/${app.id}/events`
  await client.request('PUT', path, { types: sends })
}

async function enable(client: HostClient, demo: Demo, plugin: PluginFolder): Promise<void> {
  const path = tenantPluginPath(demo, plugin)
  const capabilities = Object.keys(plugin.signalbox.capabilities ?? {})
  if (capabilities.length > 0) await client.request('POST', `${path}/grants`, { capabilities })
  await client.request('PUT', path, { binding: 'enabled' })
}

interface SubscriptionItem {
  readonly id: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly state: string
}

async function findSubscription(
  client: HostClient,
  demo: Demo,
  { service, major }: ServiceReference,
): Promise<SubscriptionItem | undefined> {
  const path = `/v1/subscriptions?tenant=${demo.tenant.id}&limit=200`
  const { items } = await client.request<{ items: SubscriptionItem[] }>('GET', path)
  return items.find(
    (item) =>
      item.app === demo.app.id &&
      item.service === service &&
      item.major === major &&
      item.state !== 'cancelled',
  )
}

/** Keeps a key in its file; where an earlier start lost its own, the old keys are revoked first. */
async function subscribe(client: HostClient, demo: Demo, subscribed: Subscribed): Promise<void> {
  const { app, tenant } = demo
  const { service, major, keyFile } = subscribed
  const body = { tenant: tenant.id, app: app.id, service, major }
  const there = await findSubscription(client, demo, subscribed)
  const { id } =
    there ?? (await client.request<SubscriptionItem>('POST', '/v1/subscriptions', body))
  const path = `/v1/subscriptions/${id}`
  const { credentials } = await client.request<{ credentials: { id: string }[] }>('GET', path)
  for (const credential of credentials) {
    await client.request('DELETE', `${path}/credentials/${credential.id}`)
  }
  const { key } = await client.request<{ key: string }>('POST', `${path}/credentials`)
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
}

function tenantPluginPath(demo: Demo, plugin: PluginFolder): string {
  return `/v1/tenants/${demo.tenant.id}/plugins/${encodeURIComponent(plugin.name)}`
}

function firstCall(host: Host, demo: Demo, key: string): string[] {
  const url = `${host.url}/api/${demo.service}/v${demo.major}/${demo.operation}`
  const input = JSON.stringify(demo.input).replaceAll("'", "'\\''")
  return [
    say({
      en: 'the first call, to paste into another terminal:',
      'zh-CN': '第一次调用（粘贴到另一个终端）：',
    }),
    `curl -s ${url} -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${input}'`,
    say(
      { en: 'the page of its service: {page}', 'zh-CN': '服务页面：{page}' },
      { page: `${host.url}/catalog/${demo.service}` },
    ),
  ]
}

/** Where the operator makes one by the console; its token is told by the file that keeps it. */
async function firstRollout(
  { url, adminToken }: Host,
  { practice }: Demo,
  dataFolder: string,
): Promise<string[]> {
  if (practice === undefined) return []
  const file = join(dataFolder, 'admin-token')
  // Whoever gave it by a setting knows it; the file is then of a start without.
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  const where = kept?.trim() === adminToken ? file : 'SIGNALBOX_ADMIN_TOKEN'
  return [
    say(
      {
        en: 'a first rollout, by the page alone: {page} - as the operator, the token is that of {where}',
        'zh-CN': '在页面上完成第一次灰度发布：{page} - 以运营者身份登录，令牌见 {where}',
      },
      { page: `${url}/console/first-rollout`, where },
    ),
  ]
}

/** Turns refusals that mean "done already" or "not yet" into undefined. */
async function ignoring<Answer>(
  statuses: readonly number[],
  answer: Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof HostRefusal && statuses.includes(error.problem.status)) return undefined
    throw error
  }
}
