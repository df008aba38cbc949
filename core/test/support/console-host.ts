import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, type HostSettings, type Teardown } from './host-process.ts'
import { consoleEnvironment, consolePlugin, packedConsole } from './packed-console.ts'
import { publish } from './publish.ts'

/** A host that serves the console at /console, as its publisher would have brought it. */
export async function startConsoleHost(
  t: Teardown,
  settings: HostSettings = {},
): Promise<HostProcess> {
  const host = await HostProcess.start(t, {
    ...settings,
    environment: { ...consoleEnvironment, ...settings.environment },
  })
  await publish(host, await packedConsole())
  await host.client.request('POST', '/v1/plugins', { name: consolePlugin })
  return host
}

/** Lets the people of a tenant in. */
export async function enableConsole(
  host: Pick<HostProcess, 'client'>,
  tenant: string,
): Promise<void> {
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(consolePlugin)}`
  await host.client.request('POST', `${path}/grants`, { capabilities: ['ui:mount'] })
  await host.client.request('PUT', path, { binding: 'enabled' })
}

/**
 * Publishes and installs the same console as another version.
 * @param scratch a folder to make it in
 * @param change of what is built, such as what makes it a bad one
 */
export async function releaseConsole(
  host: Pick<HostProcess, 'url' | 'client'>,
  scratch: string,
  version: string,
  change: (folder: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const folder = join(scratch, `console-${version}`)
  await cp(await packedConsole(), folder, { recursive: true })
  const packageJson = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  await writeFiles(folder, { 'package.json': JSON.stringify({ ...packageJson, version }) })
  await change(folder)
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: consolePlugin, version })
}
