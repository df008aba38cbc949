import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostProcess } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'
import { publish } from './publish.ts'

/** A plugin of the tier trusted whose page says at /desk which version of it is shown; see fixtures/page-plugin. */
export const pagePlugin = '@pages/one'

/** What a host that lets it in is started with. */
export const pageEnvironment = { SIGNALBOX_TRUSTED: `${pagePlugin}=operator` }

export interface Edition {
  readonly version: string
  readonly name?: string
  /** Changes of its manifest. */
  readonly signalbox?: (manifest: PageManifest) => void
  /** Files of the package, by path. */
  readonly files?: Readonly<Record<string, string>>
}

// biome-ignore lint/suspicious/noExplicitAny: editions are made wrong on purpose
export type PageManifest = any

/** The packed plugin as another edition, in a folder of its own. */
async function pageEdition(home: string, edition: Edition): Promise<string> {
  const { version, name = pagePlugin, signalbox = () => undefined, files = {} } = edition
  const folder = join(home, `${name.replace('/', '-')}-${version}-${crypto.randomUUID()}`)
  await cp(await packedFixture('page-plugin'), folder, { recursive: true })
  const file = join(folder, 'package.json')
  const packageJson = JSON.parse(await readFile(file, 'utf8'))
  signalbox(packageJson.signalbox)
  const text = JSON.stringify({ ...packageJson, name, version, scripts: {} })
  await writeFile(file, text)
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content)
  return folder
}

/** Publishes and installs an edition; the first serves at once. */
export async function releasePage(
  host: HostProcess,
  home: string,
  edition: Edition,
): Promise<void> {
  await publish(host, await pageEdition(home, edition))
  const { version, name = pagePlugin } = edition
  await host.client.request('POST', '/v1/plugins', { name, version })
}
