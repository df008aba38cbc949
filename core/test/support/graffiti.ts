import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostProcess } from './host-process.ts'
import { publish } from './publish.ts'

export const graffiti = '@graffiti/one'

/** What a browser would run, open or load if any place took it for more than text; `owned` would say so. */
const attack = (place: string) =>
  `</script><script>document.title='owned'</script>"><img src=x onerror="alert('${place}')">` +
  `<a href="javascript:alert('${place}')">${place}</a>`

/** As a key it is a name of JavaScript; what reads it without asking whether it is there gets something else. */
const example = { __proto: attack('example'), constructor: attack('constructor') }

const text = (place: string) => ({ en: attack(place), 'zh-CN': `中文 ${attack(place)}` })

/** Publishes and installs a plugin that writes on the host's own page with every text that a contract has. */
export async function installGraffiti(host: HostProcess, folder: string): Promise<void> {
  const contract = {
    id: 'graffiti.one',
    major: 1,
    title: text('title'),
    description: text('description'),
    owner: attack('owner').slice(0, 200),
    tags: ['javascript-alert'],
    terms: "javascript:alert('terms')",
    operations: {
      echo: {
        summary: text('summary'),
        safe: true,
        input: { type: 'object', description: attack('input'), additionalProperties: true },
        output: { type: 'object', description: attack('output') },
        examples: [{ name: attack('name'), input: example, output: example }],
      },
      mine: { requires: 'wall.read', input: { type: 'object' }, output: { type: 'object' } },
      fail: { input: { type: 'object' }, output: { type: 'object' } },
    },
  }
  const operations = `{ echo: (input) => input, mine: () => ({ html: ${JSON.stringify(attack('answer'))} }),
      fail: () => { throw new Error(${JSON.stringify(attack('error'))}) } }`
  const files = await writeFiles(join(folder, 'graffiti'), {
    'dist/plugin.js': `var __signalbox_plugin = { default: { services: { 'graffiti.one': ${operations} } } }`,
    'contracts/one.json': JSON.stringify(contract),
    'package.json': JSON.stringify({
      name: graffiti,
      version: '1.0.0',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Graffiti' },
        runtime: {
          tier: 'sandbox',
          entry: 'dist/plugin.js',
          limits: { turnMs: 1000, deadlineMs: 20_000 },
        },
        provides: {
          permissions: [{ id: 'wall.read', label: { en: 'Read the wall', 'zh-CN': '看墙' } }],
          services: [{ id: 'graffiti.one', contract: 'contracts/one.json' }],
        },
      },
    }),
  })
  await publish(host, files)
  await host.client.request('POST', '/v1/plugins', { name: graffiti })
}
