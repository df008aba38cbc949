import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostProcess } from './host-process.ts'
import { publish } from './publish.ts'

/** Publishes a plugin that declares these permissions, with one operation, which tells who calls, where it requires something. */
export async function publishPermissions(
  { host, home }: { readonly host: HostProcess; readonly home: string },
  name: string,
  permissions: readonly string[],
  requires?: string,
  { service = 'perm.one', requiresIn }: { service?: string; requiresIn?: 'tenant' | 'unit' } = {},
): Promise<void> {
  const provided = { id: service, contract: 'contracts/one.json' }
  const contract = {
    id: service,
    major: 1,
    title: { en: 'One' },
    operations: { run: { requires, requiresIn, input: { type: 'object' }, output: {} } },
  }
  const declared = permissions.map((id) => ({ id, label: { en: `May ${id}`, 'zh-CN': `可${id}` } }))
  const folder = await writeFiles(join(home, name), {
    'dist/plugin.js': `var __signalbox_plugin = { default: { services: { '${service}': { run: (_, ctx) => ctx.principal } } } }`,
    'contracts/one.json': JSON.stringify(contract),
    'package.json': JSON.stringify({
      name,
      version: '1.0.0',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'One' },
        runtime: {
          tier: 'sandbox',
          entry: 'dist/plugin.js',
          limits: { turnMs: 1000, deadlineMs: 20_000 },
        },
        provides: {
          permissions: declared,
          ...(requires === undefined ? {} : { services: [provided] }),
        },
      },
    }),
  })
  await publish(host, folder)
}
