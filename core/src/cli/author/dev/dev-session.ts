import { setTimeout as delay } from 'node:timers/promises'
import type { WarmInspection } from '@signalbox/sandbox'
import { capabilityRequests } from '@signalbox/sdk/manifest'
import { draftPlugin } from '@signalbox/sdk/pack'
import type { WarmLoad } from '@signalbox/sdk/warm-load'
import { type HostClient, HostRefusal } from '../../host-client.ts'
import { say } from '../../language.ts'
import { packageTarball } from '../package-tarball.ts'
import { type PluginFolder, readContracts, readPluginFolder } from '../plugin-folder.ts'
import type { SourcePlaces } from '../source-places.ts'
import type { DevPackages } from './dev-packages.ts'
import type { DevTenant } from './dev-tenant.ts'
import { devVersion } from './dev-version.ts'
import { grantedOf, type Wish } from './grant-wishes.ts'
import { loadSamples } from './samples.ts'

interface Ports {
  readonly folder: string
  readonly client: HostClient
  readonly url: string
  readonly packages: DevPackages
  readonly inspection: WarmInspection
  readonly bundles: WarmLoad
  readonly tenant: DevTenant
  readonly places: SourcePlaces
  readonly grant: boolean
  readonly print: (line: string) => void
}

interface Build {
  readonly plugin: PluginFolder
  readonly version: string
  readonly tarball: Buffer
  /** Whether it loads and has a handler for each promise. */
  readonly check: () => Promise<void>
}

const nothing = async () => undefined

/** Of a removal that goes on: it is asked again. */
const REMOVAL_MS = 50
const REMOVAL_TRIES = 600

/**
 * Refusals that a plugin which is being written meets again and again, and no release ever should: another text of a
 * migration that has run, and a contract that breaks callers. The plugin is installed anew, as a first version.
 */
const anew: Readonly<Record<string, 'keep' | 'purge'>> = {
  CORE_CONTRACT_BREAKING: 'keep',
  CORE_PLUGIN_MIGRATION_CHANGED: 'purge',
}

/** One plugin on one host, from save to save. What cannot be built or installed changes nothing of what serves. */
export class DevSession {
  readonly #ports: Ports
  readonly #granted = new Set<string>()
  #build = 0
  #serving: Build | undefined
  #services = ''

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Installs what the folder holds; what an earlier start has left of it is replaced, and its tables are kept. */
  async start(): Promise<void> {
    await this.#ports.tenant.make()
    const build = await this.#pack()
    await this.#remove(build.plugin.name, 'keep')
    await this.#installFirst(build)
  }

  /**
   * @returns the version that serves now, and whether its keys are others
   * @throws what packing, the host or the terminal says against it
   */
  async reload(): Promise<{ readonly version: string; readonly isAnew: boolean }> {
    const build = await this.#pack()
    const isOther = (await servicesOf(build.plugin)) !== this.#services
    if (isOther) await this.#installAnew(build, 'keep')
    const isAnew = isOther || (await this.#installNext(build))
    return { version: build.version, isAnew }
  }

  async #pack(): Promise<Build> {
    const { folder, packages } = this.#ports
    const plugin = await readPluginFolder(folder)
    const version = devVersion(plugin.version, ++this.#build)
    const draft =
      plugin.manifest.runtime?.tier === 'declarative' ? undefined : await this.#draft(version)
    const tarball = await packageTarball(folder, { version, bundle: draft?.bundle })
    packages.add(version, tarball)
    return { plugin, version, tarball, check: draft?.check ?? nothing }
  }

  async #draft(version: string) {
    const { folder, places, print, bundles } = this.#ports
    const wish = { places: true, load: bundles.load }
    const { packed, entry, code, check } = await draftPlugin(folder, wish)
    for (const warning of packed.warnings) print(`  ${warning}`)
    if (packed.sourceMap !== undefined) places.add(version, packed.sourceMap)
    return { bundle: { path: entry, bytes: Buffer.from(code) }, check }
  }

  /** @returns whether it had to be installed as a first version */
  async #installNext(build: Build): Promise<boolean> {
    try {
      await this.#install(build)
      await this.#serve(build)
      return false
    } catch (error) {
      const data = error instanceof HostRefusal ? anew[error.problem.code] : undefined
      if (data === undefined) throw error
      await this.#installAnew(build, data)
      return true
    }
  }

  /** Where that fails too, what served before is installed again: an author goes on with it. */
  async #installAnew(build: Build, data: 'keep' | 'purge'): Promise<void> {
    const { packages, print } = this.#ports
    const before = this.#serving
    await this.#remove(build.plugin.name, data)
    try {
      await this.#installFirst(build)
    } catch (error) {
      if (before === undefined) throw error
      await this.#remove(build.plugin.name, data)
      packages.add(before.version, before.tarball)
      await this.#installFirst(before)
      throw error
    }
    const text = {
      en: 'what is promised or stored has changed: installed anew, with other keys',
      'zh-CN': '契约或存储结构已变化：已重新安装，密钥已更换',
    }
    print(`  ${say(text)}`)
  }

  async #installFirst(build: Build): Promise<void> {
    const { tenant, folder, url, print } = this.#ports
    this.#granted.clear()
    await this.#install(build)
    await this.#serve(build)
    const contracts = (await readContracts(build.plugin)).map(({ contract }) => contract)
    await tenant.subscribe(contracts)
    await tenant.allowEvents(heardBy(build.plugin))
    this.#services = await servicesOf(build.plugin)
    const load = `${Date.now()}`
    const made = await loadSamples(folder, contracts, { url, keys: tenant.keys, load })
    const text = { en: '{made} samples are loaded', 'zh-CN': '已加载 {made} 条样例数据' }
    if (made > 0) print(say(text, { made }))
  }

  /** The host takes it while it is looked into here: it is not pinned before both have said yes. */
  async #install({ plugin, version, check }: Build): Promise<void> {
    const { client } = this.#ports
    const wish = { name: plugin.name, version }
    const [checked, installed] = await Promise.allSettled([
      check().then((v) => {
        return v
      }),
      client.request('POST', '/v1/plugins', wish),
    ])
    // What packing says comes first: it names the place in the author's files.
    for (const done of [checked, installed]) if (done.status === 'rejected') throw done.reason
  }

  async #serve(build: Build): Promise<void> {
    const { plugin, version } = build
    const { tenant, inspection, bundles } = this.#ports
    const asked = capabilityRequests(plugin.manifest).filter(
      (wish) => !this.#granted.has(keyOf(wish)),
    )
    const granted = await grantedOf(asked, { ...this.#ports, plugin: plugin.name })
    await tenant.grant(version, granted)
    for (const wish of asked) this.#granted.add(keyOf(wish))
    await tenant.pin(version)
    this.#serving = build
    // Only now: it would have taken its time from the one that is waited for.
    const next = devVersion(plugin.version, this.#build + 1)
    inspection.prepare({ name: plugin.name, version: next })
    bundles.prepare(plugin.manifest.capabilities)
  }

  async #remove(plugin: string, data: 'keep' | 'purge'): Promise<void> {
    const { client, tenant } = this.#ports
    const path = `/v1/plugins/${encodeURIComponent(plugin)}`
    try {
      await client.request('GET', path)
    } catch (error) {
      if (error instanceof HostRefusal && error.problem.status === 404) return
      throw error
    }
    await tenant.letGo()
    for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
      const { state } = await client.request<{ state: string }>('DELETE', `${path}?data=${data}`)
      if (state === 'kept' || state === 'purged') return
      await delay(REMOVAL_MS)
    }
  }
}

function keyOf({ name, parameters }: Wish): string {
  return JSON.stringify([name, parameters])
}

/** What the catalog lists of a plugin: it learns of a new service when a first version is installed. */
async function servicesOf(plugin: PluginFolder): Promise<string> {
  const contracts = await readContracts(plugin)
  return contracts
    .map(({ contract }) => `${contract.id}@${contract.major}`)
    .sort()
    .join()
}

/** Events that come to the plugin, which the app may send in a host that has nobody else to publish them. */
function heardBy({ manifest }: PluginFolder): readonly string[] {
  const wishes = manifest.capabilities?.['event:subscribe'] ?? []
  const types = wishes.map(({ type }) => type).filter((type) => !type.startsWith('signalbox.'))
  return [...new Set(types)]
}
