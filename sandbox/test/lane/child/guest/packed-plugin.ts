import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import type { Test } from 'tap'

/** Packs handlers, written as the body of an object literal in TypeScript, the way an author does. */
export async function packed(
  t: Test,
  handlers: Readonly<Record<string, string>>,
  more: { readonly top?: string; readonly capabilities?: Readonly<Record<string, unknown>> } = {},
): Promise<string> {
  const operations = Object.fromEntries(
    Object.keys(handlers).map((name) => [name, { input: {}, output: {} }]),
  )
  const service = { id: 'test.service', major: 1, title: { en: 'Test' }, operations }
  const signalbox = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: 'Test' },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    capabilities: more.capabilities ?? {},
    provides: { services: [{ id: 'test.service', contract: 'service.json' }] },
  }
  const document = {
    name: '@test/guest',
    version: '1.0.0',
    type: 'module',
    keywords: ['signalbox-plugin'],
    files: ['dist', 'service.json'],
    signalbox,
  }
  const source = `import { definePlugin } from '@signalbox/sdk'
    ${more.top ?? ''}
    export default definePlugin({ services: { 'test.service': {
      ${Object.entries(handlers).map(([name, code]) => `${name}: ${code}`)}
    } } })`
  const folder = t.testdir({})
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'package.json'), JSON.stringify(document))
  await writeFile(join(folder, 'service.json'), JSON.stringify(service))
  await writeFile(join(folder, 'src/index.ts'), source)
  const { bundlePath } = await packPlugin(folder)
  return await readFile(bundlePath, 'utf8')
}
