import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { type HostProcess, temporaryHome } from './host-process.ts'
import { probe, probeVersion } from './probe.ts'
import { publish } from './publish.ts'

/**
 * @returns publishes and installs a version of the probe. With `echo`, the source of a function, it answers
 *   `echo` by that; its self-test asks with the text `x`, so that a bad version can still pass it.
 * @param deadlineMs of its calls, where the test waits for some to run into it; else a busy machine has time for each
 */
export async function releaseProbe(
  t: Test,
  host: HostProcess,
  deadlineMs?: number,
): Promise<(version: string, echo?: string) => Promise<void>> {
  const home = await temporaryHome(t)
  return async (version, echo) => {
    const folder = await probeVersion(home, version)
    if (deadlineMs !== undefined) await limitCalls(folder, deadlineMs)
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

async function limitCalls(folder: string, deadlineMs: number): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  manifest.signalbox.runtime.limits.deadlineMs = deadlineMs
  await writeFiles(folder, { 'package.json': JSON.stringify(manifest) })
}
