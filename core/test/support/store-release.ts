import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { type HostProcess, temporaryHome } from './host-process.ts'
import { filesIn, packedFixture } from './packed-fixture.ts'
import { publish } from './publish.ts'

export const store = '@store/one'

export interface StoreRelease {
  /** Files of the migrations folder, besides the first version's. */
  readonly migrations?: Readonly<Record<string, string>>
  /** The source of its self-test. */
  readonly selfTest?: string
}

/** @returns publishes and installs a version of fixtures/store-plugin */
export async function releaseStore(
  t: Test,
): Promise<(host: HostProcess, version: string, release?: StoreRelease) => Promise<void>> {
  const home = await temporaryHome(t)
  const fixture = await packedFixture('store-plugin')
  return async (host, version, { migrations = {}, selfTest } = {}) => {
    const files = Object.fromEntries(
      await Promise.all(
        (await filesIn(fixture)).map(
          async (path) => [path, await readFile(join(fixture, path), 'utf8')] as const,
        ),
      ),
    )
    const packageJson = JSON.parse(files['package.json'] as string)
    if (selfTest !== undefined) {
      files['dist/plugin.js'] = (files['dist/plugin.js'] as string).replace(
        /definePlugin\(\{/g,
        `definePlugin({ selfTest: ${selfTest},`,
      )
    }
    for (const [name, text] of Object.entries(migrations)) files[`migrations/${name}`] = text
    files['package.json'] = JSON.stringify({ ...packageJson, version, scripts: {} })
    await publish(host, await writeFiles(join(home, version), files))
    await host.client.request('POST', '/v1/plugins', { name: store, version })
  }
}
