import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostProcess } from './host-process.ts'
import { publish } from './publish.ts'

export const work = '@work/pages'

/** What its operations require: an operation that requires none is open to no person. */
export const workPermission = 'work.do'

const text = (en: string) => ({ en, 'zh-CN': en })
const call = (operation: string) => ({ service: 'work.one@1', operation })
const id = { type: 'string', maxLength: 20 }
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
})
const anything = { type: 'object', additionalProperties: true }

const contract = {
  id: 'work.one',
  major: 1,
  title: text('Work'),
  operations: {
    rows: {
      safe: true,
      requires: workPermission,
      input: object({ name: { type: 'string', maxLength: 5 } }),
      output: anything,
    },
    finish: { requires: workPermission, input: object({ id }, ['id']), output: anything },
    rename: {
      requires: workPermission,
      input: object({ id, name: { type: 'string', pattern: '^[A-Z]+$' }, more: anything }, ['id']),
      output: anything,
    },
  },
}

const list = {
  id: 'list',
  path: '/tasks/list',
  title: text('Work list'),
  group: 'operations',
  blocks: [
    {
      kind: 'table',
      title: text('Entries'),
      source: call('rows'),
      rows: '/items',
      filters: [{ param: 'name', label: text('Named'), kind: 'text' }],
      columns: [
        { field: '/name', label: text('Name') },
        { field: '/by', label: text('By') },
        { field: '/of', label: text('Of') },
      ],
      actions: [
        { label: text('Finish it'), ...call('finish'), input: { id: { $field: '/id' } } },
        {
          label: text('Rename it'),
          ...call('rename'),
          input: { id: { $field: '/id' } },
          ask: ['name'],
        },
      ],
    },
  ],
}

const frame = {
  id: 'frame',
  path: '/tasks/frame',
  title: text('Work frame'),
  group: 'operations',
  page: 'ui/frame.html',
}

const program = `
var __signalbox_plugin = {
  default: {
    services: {
      'work.one': {
        rows: ({ name }, { principal }) => ({
          items: ['Alpha', 'Beta']
            .filter((one) => name === undefined || one.startsWith(name))
            .map((one) => ({ id: one.toLowerCase(), name: one, by: principal.kind + ':' + principal.id, of: 'usr_0000000000000000' })),
        }),
        finish: () => ({}),
        rename: () => ({}),
      },
    },
  },
}
`

/** Publishes and installs a plugin whose page has a table that is filtered, and rows with which something is done. */
export async function installWorkPages(host: HostProcess, folder: string): Promise<void> {
  const contributes = [list, frame].map((value) => ({ point: 'console/page/v1', value }))
  const files = await writeFiles(join(folder, 'work'), {
    'dist/plugin.js': program,
    'ui/frame.html': '<!doctype html><title>Frame</title><h1>Frame</h1>',
    'contracts/one.json': JSON.stringify(contract),
    'package.json': JSON.stringify({
      name: work,
      version: '1.0.0',
      description: 'A table with actions, and a frame',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: text('Work'),
        runtime: {
          tier: 'sandbox',
          entry: 'dist/plugin.js',
          limits: { turnMs: 1000, deadlineMs: 20_000 },
        },
        provides: {
          permissions: [{ id: workPermission, label: text('Works') }],
          services: [{ id: 'work.one', contract: 'contracts/one.json' }],
          contributes,
        },
      },
    }),
  })
  await publish(host, files)
  await host.client.request('POST', '/v1/plugins', { name: work })
}
