import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RuntimeLimits } from '@signalbox/sdk/manifest'
import type { Test } from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { type HostProcess, temporaryHome } from './host-process.ts'
import { probe, probeVersion } from './probe.ts'
import { publish } from './publish.ts'

/**
 * @returns publishes and installs a version of the probe. With `echo`, the source of a function, it answers
 *   `echo` by that; its self-test asks with the text `x`, so that a bad version can still pass it.
 * @param limits of its calls, where the fixture's are not those that the test is about
 */
export async function releaseProbe(
  t: Test,
  host: HostProcess,
  limits: Partial<RuntimeLimits> = {},
): Promise<(version: string, echo?: string) => Promise<void>> {
  const home = await temporaryHome(t)
  return async (version, echo) => {
    const folder = await probeVersion(home, version)
    await limitCalls(folder, limits)
    if (echo !== undefined) {
      const bundle = await readFile(join(folder, 'dist/plugin.js'), 'utf8')
      const changed = bundle.replace('echo: ({ text }) => ({ text })', `echo: ${echo}`)
      if (changed === bundle) throw new Error('the bundle is not what this test changes')
      await writeFiles(folder, { 'dist/plugin.js': changed })
    }
    await publish(host, folder)
    await host.client.request('POST', '/v1/plugins', { name: probe, version })
  }
}

async function limitCalls(folder: string, limits: Partial<RuntimeLimits>): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  Object.assign(manifest.signalbox.runtime.limits, limits)
  await writeFiles(folder, { 'package.json': JSON.stringify(manifest) })
}
