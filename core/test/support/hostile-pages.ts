import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostProcess } from './host-process.ts'
import { publish } from './publish.ts'

export const hostile = '@hostile/pages'

/** What a browser would run, open or load if any place took it for more than text; a dialog or `owned` would say so. */
export const attack = (place: string) =>
  `<img src=x onerror=alert('${place}')><script>owned=1</script>{{constructor}}`

const text = (place: string) => ({ en: attack(place), 'zh-CN': `中文 ${attack(place)}` })

/** Names that every object of JavaScript has already. */
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

/** Nearly as many as a package.json has room for. */
const MANY = 100
const CARDS = 10
const COMMANDS = 20

/** What may read it, as its contract asks for. */
export const hostilePermission = 'hostile.read'

const source = { service: 'hostile.one@1', operation: 'rows' }
const columns = [
  { field: '/__proto__', label: text('column') },
  { field: '/constructor/prototype', label: text('column') },
  { field: '/name', label: text('name') },
]
const table = {
  kind: 'table',
  source,
  rows: '/items',
  columns,
  link: { page: 'many-0', params: { constructor: '/name', prototype: '/name', lot: '/name' } },
}

function contributions(): readonly object[] {
  const named = inherited.map((id, index) => ({
    id,
    path: `/hostile/named-${index}`,
    title: text(id),
    group: 'operations',
    params: inherited,
    blocks: [
      {
        ...table,
        title: text('block'),
        source: { ...source, input: { constructor: { $param: '__proto__' } } },
        filters: inherited.map((param) => ({ param, label: text('filter'), kind: 'text' })),
      },
    ],
  }))
  const many = Array.from({ length: MANY }, (_, index) => ({
    id: `many-${index}`,
    path: `/hostile/many-${index}`,
    title: text(`many ${index}`),
    blocks: [{ kind: 'metric', source, values: [{ field: '/items/0/name', label: text('n') }] }],
  }))
  const cards = Array.from({ length: CARDS }, (_, index) => ({
    id: inherited[index] ?? `card-${index}`,
    title: text('card'),
    order: 0,
    opens: { page: '__proto__', params: { constructor: attack('param') } },
    block: { ...table, empty: text('empty') },
  }))
  const commands = Array.from({ length: COMMANDS }, (_, index) => ({
    id: `command-${index}`,
    title: text(`command ${index}`),
    words: [text('word')],
    opens: { page: 'constructor', params: { toString: attack('param') } },
  }))
  const at = (point: string) => (value: object) => ({ point: `console/${point}/v1`, value })
  return [
    ...[...named, ...many].map(at('page')),
    ...cards.map(at('widget')),
    ...commands.map(at('command')),
  ]
}

/** Publishes and installs a plugin that writes on the console with every text that it may put there. */
export async function installHostilePages(host: HostProcess, folder: string): Promise<void> {
  // What could change every object does not come so far: the host passes no such answer on.
  const row = { constructor: attack('constructor'), toString: 'x', name: attack('cell') }
  const rows = JSON.stringify({ items: [row] })
  const contract = {
    id: 'hostile.one',
    major: 1,
    title: text('service'),
    operations: {
      rows: {
        safe: true,
        requires: hostilePermission,
        input: { type: 'object', additionalProperties: true },
        output: { type: 'object', additionalProperties: true },
      },
    },
  }
  const files = await writeFiles(join(folder, 'hostile'), {
    'dist/plugin.js': `var __signalbox_plugin = { default: { services: { 'hostile.one': { rows: () => (${rows}) } } } }`,
    'contracts/one.json': JSON.stringify(contract),
    'CHANGELOG.md': `# ${attack('changes')}\n\n## 1.0.0\n\n[go](javascript:alert('link')) ${attack('text')}`,
    'schemas/config.json': JSON.stringify({
      type: 'object',
      title: attack('settings'),
      properties: {
        note: { type: 'string', title: attack('note'), description: attack('about the note') },
      },
    }),
    'README.md': `# ${attack('readme')}\n\n[go](javascript:alert('link')) ${attack('text')}`,
    'package.json': JSON.stringify({
      name: hostile,
      version: '1.0.0',
      description: attack('description'),
      author: attack('author'),
      homepage: "javascript:alert('homepage')",
      license: 'Apache-2.0',
      repository: { type: 'git', url: "javascript:alert('repository')" },
      bugs: { url: "data:text/html,<script>alert('bugs')</script>" },
      keywords: ['signalbox-plugin', attack('keyword')],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: text('displayName'),
        config: 'schemas/config.json',
        listing: { summary: text('summary') },
        runtime: {
          tier: 'sandbox',
          entry: 'dist/plugin.js',
          limits: { turnMs: 1000, deadlineMs: 20_000 },
        },
        provides: {
          services: [{ id: 'hostile.one', contract: 'contracts/one.json' }],
          permissions: [{ id: hostilePermission, label: text('permission') }],
          contributes: contributions(),
        },
      },
    }),
  })
  await publish(host, files)
  await host.client.request('POST', '/v1/plugins', { name: hostile })
}

/** Publishes a plugin of no other content. @param values what it puts into a point of somebody, as the JSON of a list */
export async function publishContributing(
  host: HostProcess,
  folder: string,
  values: string,
): Promise<void> {
  const contributes = (JSON.parse(values) as unknown[]).map((value) => ({
    point: 'somebody.else/thing/v1',
    value,
  }))
  const files = await writeFiles(join(folder, 'much'), {
    'package.json': JSON.stringify({
      name: '@hostile/much',
      version: '1.0.0',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Too much' },
        runtime: { tier: 'declarative' },
        provides: { contributes },
      },
    }),
  })
  await publish(host, files)
}
