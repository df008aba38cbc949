import '../../../sandbox/test/plain-spawn.ts'
import { createHmac } from 'node:crypto'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { renderTemplate } from '../../src/cli/author/create/render-template.ts'
import {
  type Template,
  type TemplateLanguage,
  type TemplateName,
  templateNames,
  templates,
} from '../../src/cli/author/create/templates.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import { runNpm } from '../../src/cli/run-npm.ts'
import { deliveryOf, sendHook } from '../support/delivered-hook.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'
import { until } from '../support/processes.ts'
import { keyFile } from '../support/sealing.ts'

const root = join(import.meta.dirname, '../../..')
const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_KEY_FILE: await keyFile(t) },
})
const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
  id: 'acme',
  name: 'Acme',
})
const admin = host.as(adminToken)
await admin.request('POST', '/v1/apps', { id: 'app', name: 'App' })

const home = await temporaryHome(t)
const bin = join(home, 'bin')
await mkdir(bin)
await symlink(join(root, 'core/bin/signalbox.mjs'), join(bin, 'signalbox'))
await symlink(process.execPath, join(bin, 'node'))
// What `prepack` of a template calls, as an author has it on the path.
process.env.PATH = `${bin}:${process.env.PATH}`

interface Made {
  readonly name: string
  readonly plugin: string
  readonly admin: HostClient
}

const hooksOf = ({ plugin }: Made) => `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}/hooks`

async function keyFor({ name }: Made, service: string): Promise<string> {
  const wish = { app: 'app', service: `${name}.${service}`, major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const path = `/v1/subscriptions/${id}/credentials`
  return (await admin.request<{ key: string }>('POST', path)).key
}

/** What each template does once it is installed: the first thing that its author tries. */
const answers: Readonly<Record<TemplateName, (t: Test, made: Made) => Promise<void>>> = {
  'data-service': async (t, made) => {
    const key = await keyFor(made, 'stock')
    const call = (operation: string, input: object) =>
      callProbe(host, key, operation, input, `${made.name}.stock`)
    t.match(await call('set', { item: 'A-1', pieces: 40 }), { status: 200 })
    const { status, body } = await call('read', { item: 'A-1' })
    t.equal(status, 200)
    t.same(body, { item: 'A-1', pieces: 40, isLow: false })
  },
  'event-consumer': async (t, made) => {
    const key = await keyFor(made, 'counts')
    const type = `${made.name}.counted`
    await admin.request('PUT', '/v1/tenants/acme/apps/app/events', { types: [type] })
    const event = {
      specversion: '1.0',
      id: `${made.name}-1`,
      source: '/tenants/acme/apps/app',
      type,
      partitionkey: 'R1-04',
      data: { bin: 'R1-04', pieces: 12 },
    }
    const media = 'application/cloudevents-batch+json'
    await host.as(key).requestText('POST', '/v1/events', JSON.stringify([event]), media)
    await until(async () => {
      const input = { bin: 'R1-04' }
      const { body } = await callProbe(host, key, 'newest', input, `${made.name}.counts`)
      return body.pieces === 12
    })
    t.pass('the event was counted')
  },
  'webhook-connector': async (t, made) => {
    const key = await keyFor(made, 'orders')
    const hook = `${hooksOf(made)}/orders`
    const opened = await made.admin.request<{ address: string; secret: string }>('POST', hook, {})
    const body = '{"order":"O-7","total":"12.50"}'
    const time = String(Math.floor(Date.now() / 1000))
    const secret = Buffer.from(opened.secret.slice('whsec_'.length), 'base64')
    const mac = createHmac('sha256', secret).update(`msg_1.${time}.${body}`).digest('base64')
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': time,
      'webhook-signature': `v1,${mac}`,
    }
    const sent = await sendHook(host, opened.address, body, headers)
    t.equal(sent.status, 202)
    await deliveryOf(made.admin, hook, sent.body.id, ({ state }) => state === 'delivered')
    const listed = await callProbe(host, key, 'list', {}, `${made.name}.orders`)
    t.same(listed.body, { orders: [{ order: 'O-7', total: '12.50' }] })
  },
  'udf-pack': async (t, { plugin }) => {
    const path = `/v1/udfs/${encodeURIComponent(plugin)}/margin:call`
    t.match(await admin.request('POST', path, { args: [10, 8] }), { value: 0.2 })
  },
  'declarative-pack': async (t, { plugin }) => {
    const path = `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}`
    t.match(await admin.request('GET', path), { binding: 'enabled' })
  },
  'console-page': async (t, made) => {
    const key = await keyFor(made, 'shift')
    const { status } = await callProbe(host, key, 'at', { hour: 7 }, `${made.name}.shift`)
    t.equal(status, 200)
  },
}

async function installed(template: TemplateName, language: TemplateLanguage): Promise<Made> {
  const name = `${template}-${language}`
  const plugin = `@acme/${name}`
  const folder = join(home, name)
  await renderTemplate(folder, { template, language, packageName: plugin })
  const registry = `${host.url}/npm/`
  const token = `--${registry.replace('http:', '')}:_authToken=${OPERATOR_TOKEN}`
  const cache = ['--cache', join(home, 'cache')]
  const words = ['publish', '--registry', registry, token, ...cache]
  const published = await runNpm(words, folder, 120_000)
  if (!published.isOk) throw new Error(published.output)
  await host.client.request('POST', '/v1/plugins', { name: plugin })
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}`
  const { capabilities } = await admin.request<{
    capabilities: { name: string; optional: boolean }[]
  }>('GET', path)
  const names = [
    ...new Set(capabilities.filter(({ optional }) => !optional).map((one) => one.name)),
  ]
  if (names.length > 0) await admin.request('POST', `${path}/grants`, { capabilities: names })
  await admin.request('PUT', path, { binding: 'enabled' })
  return { name, plugin, admin }
}

for (const template of templateNames) {
  const { only }: Template = templates[template]
  for (const language of only === undefined ? (['ts', 'js'] as const) : [only]) {
    t.test(
      `${template} in ${language} is published by npm as it is made, and answers`,
      async (t) => {
        await answers[template](t, await installed(template, language))
      },
    )
  }
}
