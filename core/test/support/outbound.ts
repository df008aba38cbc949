import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { npmPublish } from '../../src/cli/npm-publish.ts'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'

/** A plugin that asks servers on the network; see fixtures/outbound-plugin. */
export const outbound = '@outbound/one'
export const outboundService = 'outbound.one'

const fixture = join(import.meta.dirname, '../fixtures/outbound-plugin')

/** @param origins which a test's servers have: ports are known when they listen */
export async function installOutbound(
  host: HostProcess,
  folder: string,
  origins: readonly string[],
): Promise<void> {
  await packPlugin(fixture)
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
  await npmPublish(packed, `${host.url}/npm/`, OPERATOR_TOKEN)
  await host.client.request('POST', '/v1/plugins', { name: outbound })
}
