import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostProcess } from './host-process.ts'
import { publish } from './publish.ts'

/** A plugin that logs what it is told to, wherever it can be called. */
export const chatty = '@chatty/one'
export const chattyTrusted = '@chatty/trusted'

const why = { en: 'Is tried', 'zh-CN': '用于测试' }
const anything = { type: 'object', additionalProperties: true }

const handlers = `{
  services: {
    SERVICE: {
      say: ({ lines }, ctx) => { for (const { level, message, fields } of lines) ctx.log[level](message, fields); return {} },
      quiet: () => ({}),
      tell: ({ pin }, ctx) => { ctx.log.info('the pin is ' + pin, { note: 'pin ' + pin, password: 'hunter2!' }); return {} },
      flood: ({ size }, ctx) => { ctx.log.info('x'.repeat(size)); return {} },
      fail: (_, ctx) => { ctx.log.error('before the fall', { step: 2 }); throw new Error('fallen') },
      publish: async (_, ctx) => { await ctx.events.publish('chatty.told', { n: 1 }); return {} },
    },
  },
  jobs: {
    tidy: ({ attempt, payload }, ctx) => {
      const lines = payload?.lines ?? [{ level: 'warn', message: 'tidying', fields: { attempt } }]
      for (const { level, message, times = 1, fields, json } of lines) {
        ctx.log[level](message.repeat(times), json ? JSON.parse(json) : fields)
      }
    },
  },
  on: { 'chatty.told': (event, ctx) => { ctx.log.info('heard', { type: event.type }) } },
  webhooks: { bell: (_, ctx) => { ctx.log.debug('rung') } },
}`

const contractOf = (id: string) => {
  const operation = { safe: true, input: anything, output: anything }
  const pin = { type: 'object', properties: { pin: { type: 'string', sensitive: true } } }
  const names = ['say', 'quiet', 'flood', 'fail', 'publish']
  return {
    id,
    major: 1,
    title: { en: 'Chatty', 'zh-CN': '健谈' },
    operations: {
      ...Object.fromEntries(names.map((name) => [name, operation])),
      tell: { ...operation, input: pin },
    },
  }
}

/** Publishes and installs it, in a lane; with jobs, events and webhooks. */
export async function installChatty(host: HostProcess, folder: string): Promise<void> {
  const ask = (parameters: object) => [{ ...parameters, optional: true, why }]
  await install(host, folder, chatty, 'chatty.one', {
    runtime: { tier: 'sandbox' },
    capabilities: {
      'event:publish': ask({ type: 'chatty.told' }),
      'event:subscribe': ask({ type: 'chatty.told' }),
      'job:schedule': ask({ per: 'tenant' }),
      'http:receive': ask({ path: 'bell', signature: 'none' }),
    },
    provides: { jobs: [{ id: 'tidy' }], events: [{ type: 'chatty.told', schema: 'any.json' }] },
  })
}

/** The same in a process of its own, with its service alone. */
export async function installChattyTrusted(host: HostProcess, folder: string): Promise<void> {
  await install(host, folder, chattyTrusted, 'chatty.trusted', {
    runtime: { tier: 'trusted' },
    provides: {},
  })
}

async function install(
  host: HostProcess,
  folder: string,
  name: string,
  service: string,
  {
    runtime,
    provides,
    ...manifest
  }: { runtime: { tier: string }; provides: object; capabilities?: object },
): Promise<void> {
  const code = handlers.replace('SERVICE', `'${service}'`)
  const isTrusted = runtime.tier === 'trusted'
  const files = await writeFiles(join(folder, service), {
    'dist/plugin.js': isTrusted
      ? `export default ${code}`
      : `var __signalbox_plugin = { default: ${code} }`,
    'contract.json': JSON.stringify(contractOf(service)),
    'any.json': JSON.stringify(anything),
    'package.json': JSON.stringify({
      name,
      version: '1.0.0',
      description: 'Logs what it is told to',
      license: 'Apache-2.0',
      type: 'module',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Chatty', 'zh-CN': '健谈' },
        runtime: {
          ...runtime,
          entry: 'dist/plugin.js',
          limits: { deadlineMs: 20_000, payloadKb: 256 },
        },
        ...manifest,
        provides: { ...provides, services: [{ id: service, contract: 'contract.json' }] },
      },
    }),
  })
  await publish(host, files)
  await host.client.request('POST', '/v1/plugins', { name })
}
