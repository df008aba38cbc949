import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { type HostProcess, temporaryHome } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'
import { callProbe, type Reply, setUpTenant, type TenantSetup } from './probe.ts'
import { publish } from './publish.ts'

/** A plugin that keeps files and reads assets as it is told; see fixtures/filer-plugin. */
const filer = '@filer/one'
const service = 'filer.one'

export interface FilerVersion {
  readonly version: string
  /** That it asks for. */
  readonly quotaMb?: number
  /** By path in the package. */
  readonly assets?: Readonly<Record<string, Uint8Array | string>>
}

/** Publishes and installs the filer under a version, with assets of the test's own. */
export async function installFiler(
  t: Test,
  host: HostProcess,
  { version, quotaMb = 3, assets = {} }: FilerVersion,
): Promise<void> {
  const fixture = await packedFixture('filer-plugin')
  const folder = await temporaryHome(t)
  await cp(fixture, folder, { recursive: true })
  for (const [path, bytes] of Object.entries(assets)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  const packageJson = JSON.parse(await readFile(join(fixture, 'package.json'), 'utf8'))
  const { signalbox } = packageJson
  const blobs = [{ ...signalbox.capabilities['blob:own'][0], quotaMb }]
  const capabilities = { 'blob:own': blobs }
  const changed = {
    ...packageJson,
    version,
    scripts: {},
    signalbox: { ...signalbox, capabilities },
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(changed))
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: filer, version })
}

export function setUpFiler(
  host: HostProcess,
  tenant: string,
  capabilities = ['blob:own'],
): Promise<TenantSetup> {
  return setUpTenant(host, tenant, { plugin: filer, service, capabilities })
}

export function callFiler(
  host: HostProcess,
  key: string,
  operation: string,
  input: unknown = {},
): Promise<Reply> {
  return callProbe(host, key, operation, input, service)
}

/** The bytes that the filer makes of the same words. */
export function filerBytes({ size, first = 0 }: { size: number; first?: number }): Buffer {
  return Buffer.from(
    Uint8Array.from({ length: size }, (_, index) => (first + index * 31 + (index >> 8)) & 255),
  )
}
