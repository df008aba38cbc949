import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostProcess } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'
import { publish } from './publish.ts'

/** A plugin that asks servers on the network; see fixtures/outbound-plugin. */
export const outbound = '@outbound/one'
export const outboundService = 'outbound.one'

/** @param origins which a test's servers have: ports are known when they listen */
export async function installOutbound(
  host: HostProcess,
  folder: string,
  origins: readonly string[],
): Promise<void> {
  const fixture = await packedFixture('outbound-plugin')
  const read = (path: string) => readFile(join(fixture, path), 'utf8')
  const packageJson = JSON.parse(await read('package.json'))
  const { capabilities } = packageJson.signalbox
  const [fetching] = capabilities['http:fetch']
  const changed = {
    ...packageJson,
    scripts: {},
    signalbox: {
      ...packageJson.signalbox,
      capabilities: { ...capabilities, 'http:fetch': [{ ...fetching, origins }] },
    },
  }
  const packed = await writeFiles(join(folder, 'outbound'), {
    'package.json': JSON.stringify(changed),
    'dist/plugin.js': await read('dist/plugin.js'),
    'contracts/outbound.one.json': await read('contracts/outbound.one.json'),
  })
  await publish(host, packed)
  await host.client.request('POST', '/v1/plugins', { name: outbound })
}
