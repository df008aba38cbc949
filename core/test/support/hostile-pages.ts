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

/** As many as a manifest may have, each with the longest words. */
const MANY = 40

/** Publishes and installs a plugin that writes on the console with every text that it may put there. */
export async function installHostilePages(host: HostProcess, folder: string): Promise<void> {
  const pages = [
    ...inherited.map((id, index) => ({ id, path: `/hostile/named-${index}` })),
    ...Array.from({ length: MANY }, (_, index) => ({
      id: `many-${index}`,
      path: `/hostile/many-${index}`,
    })),
  ].map(({ id, path }) => ({
    point: 'console/page/v1',
    value: {
      id,
      path,
      title: text(id),
      group: 'operations',
      blocks: [
        {
          kind: 'table',
          title: text('block'),
          source: { service: 'hostile.one@1', operation: 'rows' },
          rows: '/items',
          columns: [
            { field: '/__proto__', label: text('column') },
            { field: '/name', label: text('name') },
          ],
        },
      ],
    },
  }))
  const rows = `{ items: JSON.parse(${JSON.stringify(
    JSON.stringify([{ name: attack('cell') }]).replace('{', '{"__proto__":{"polluted":"yes"},'),
  )}) }`
  const contract = {
    id: 'hostile.one',
    major: 1,
    title: text('service'),
    operations: {
      rows: {
        safe: true,
        input: { type: 'object', additionalProperties: true },
        output: { type: 'object', additionalProperties: true },
      },
    },
  }
  const files = await writeFiles(join(folder, 'hostile'), {
    'dist/plugin.js': `var __signalbox_plugin = { default: { services: { 'hostile.one': { rows: () => (${rows}) } } } }`,
    'contracts/one.json': JSON.stringify(contract),
    'README.md': `# ${attack('readme')}\n\n[go](javascript:alert('link')) ${attack('text')}`,
    'package.json': JSON.stringify({
      name: hostile,
      version: '1.0.0',
      description: attack('description'),
      author: attack('author'),
      homepage: "javascript:alert('homepage')",
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: text('displayName'),
        runtime: {
          tier: 'sandbox',
          entry: 'dist/plugin.js',
          limits: { turnMs: 1000, deadlineMs: 20_000 },
        },
        provides: {
          services: [{ id: 'hostile.one', contract: 'contracts/one.json' }],
          contributes: pages,
        },
      },
    }),
  })
  await publish(host, files)
  await host.client.request('POST', '/v1/plugins', { name: hostile })
}
