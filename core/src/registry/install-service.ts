import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { findService, insertService } from '../catalog/catalog-store.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { RoutingTable } from '../rollout/routing-table.ts'
import {
  type InstallationState,
  nextInstallationState,
  servingStates,
} from './installation-states.ts'
import { migrationSteps } from './migration-steps.ts'
import type {
  ContentStore,
  InspectedPackage,
  InspectPackage,
  PackageSource,
  PackageTarball,
} from './package-source.ts'
import {
  type Fault,
  findInstallation,
  type Installation,
  insertInstallation,
  listFiles,
  listInstalled,
  listUnfinished,
  moveInstallation,
  setStableVersion,
  stableVersion,
} from './registry-store.ts'
import { refusalOf } from './resolve.ts'

export interface PluginSchemas {
  installSchema(plugin: string): Promise<void>
  migrate(
    plugin: string,
    version: string,
    steps: readonly { name: string; expandSql: string; downSql: string }[],
  ): Promise<unknown>
}

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly source: PackageSource
  readonly inspect: InspectPackage
  readonly contents: ContentStore<Knex.Transaction>
  readonly schemas: PluginSchemas
  /** Loads the version in a lane and runs its self-test; rejects with the reason it must not serve. */
  readonly selfTest: (installation: Installation, bundle: () => Promise<string>) => Promise<void>
  readonly hostVersion: string
  readonly log: { error(fields: object, message: string): void }
}

/**
 * Takes a version from the marketplace to the point where it can serve. Each step ends in a state that is
 * committed, so an installation that was cut off goes on from there; see installation-states.ts.
 */
export class InstallService {
  readonly #ports: Ports
  readonly #running = new Map<string, Promise<Installation>>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @param wish a version or a dist-tag; undefined: `latest`
   * @returns the installation, `stable` when it is the plugin's first, else `warm`. To repeat it is harmless.
   */
  async install(caller: Caller, name: string, wish: string | undefined): Promise<Installation> {
    const version = await this.#resolveVersion(name, wish ?? 'latest')
    const key = `${name}@${version}`
    const running =
      this.#running.get(key) ??
      this.#install(caller, name, version).finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    return running
  }

  /** Goes on with what a killed host left behind. A plugin that fails here never keeps the host from serving. */
  async resume(): Promise<void> {
    for (const installation of await listUnfinished(this.#ports.knex)) {
      const { plugin, version } = installation
      try {
        await this.#finish({ actor: 'host', traceId: null }, installation)
      } catch (error) {
        this.#ports.log.error({ err: error, plugin, version }, 'an installation cannot be finished')
      }
    }
  }

  async #resolveVersion(name: string, wish: string): Promise<string> {
    const known = await this.#ports.source.versions(name)
    const version = known?.distTags[wish] ?? wish
    if (known?.versions.includes(version) === true) return version
    throw coreErrors.create('PACKAGE_MISSING', { plugin: name, version: wish })
  }

  async #install(caller: Caller, plugin: string, version: string): Promise<Installation> {
    const there = await findInstallation(this.#ports.knex, plugin, version)
    if (there !== undefined && servingStates.includes(there.state)) return there
    if (there !== undefined) return this.#finish(caller, await this.#retry(caller, there))
    const tarball = await this.#ports.source.fetch(plugin, version)
    if (tarball === undefined) throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
    const inspected = await this.#ports.inspect(tarball.tarball, { name: plugin, version })
    if (inspected.integrity !== tarball.integrity) {
      throw coreErrors.create('INTEGRITY_MISMATCH', { plugin, version })
    }
    return this.#finish(caller, await this.#store(caller, plugin, version, tarball, inspected))
  }

  async #retry(caller: Caller, installation: Installation): Promise<Installation> {
    const next = nextInstallationState(installation.state, 'retry')
    return next === undefined ? installation : this.#move(caller, installation, next, null)
  }

  async #store(
    caller: Caller,
    plugin: string,
    version: string,
    source: PackageTarball,
    inspected: InspectedPackage,
  ): Promise<Installation> {
    const { manifest, contracts, files } = inspected
    const entry = files.find((file) => file.path === manifest.runtime.entry)
    const row: Omit<Installation, 'fault'> = {
      plugin,
      version,
      state: 'installed',
      manifest,
      contracts,
      integrity: inspected.integrity,
      marketplaceFingerprint: source.fingerprint,
      signature: source.signature,
      bundleSha256: entry?.sha256 ?? null,
      installedBy: caller.actor,
    }
    const change = { ...caller, action: 'plugin.installed', subject: `${plugin}@${version}` }
    await commitChange(this.#ports.knex, { ...change, tenant: null }, async (trx) => {
      const candidate = { plugin, version, manifest }
      const refusal = refusalOf(candidate, this.#ports.hostVersion, await listInstalled(trx))
      if (refusal !== undefined) throw refusal
      await this.#requireFreeServices(trx, row)
      for (const file of files) await this.#ports.contents.put(file.bytes, trx)
      await insertInstallation(
        trx,
        row,
        files.map(({ path, sha256, size }) => ({ path, sha256, size })),
      )
    })
    return { ...row, fault: null }
  }

  async #requireFreeServices(trx: Knex, row: Omit<Installation, 'fault'>): Promise<void> {
    for (const { id, major } of Object.values(row.contracts)) {
      const provider = (await findService(trx, id, major))?.plugin
      if (provider === undefined || provider === row.plugin) continue
      throw coreErrors.create('SERVICE_TAKEN', { service: id, major, provider })
    }
  }

  async #finish(caller: Caller, start: Installation): Promise<Installation> {
    let installation = start
    if (installation.state === 'installed') {
      installation = await this.#step(caller, installation, 'migration_failed', 'expanded', () =>
        this.#expand(installation),
      )
    }
    if (installation.state === 'expanded') {
      installation = await this.#step(caller, installation, 'start_failed', 'warm', () =>
        this.#ports.selfTest(installation, () => this.#bundle(installation)),
      )
    }
    const { knex } = this.#ports
    const first = (await stableVersion(knex, installation.plugin)) === null
    return installation.state === 'warm' && first
      ? this.#promote(caller, installation)
      : installation
  }

  async #expand({ plugin, version, manifest }: Installation): Promise<void> {
    if (manifest.capabilities?.['db:own'] === undefined) return
    const { schemas, contents, knex } = this.#ports
    await schemas.installSchema(plugin)
    const files = await listFiles(knex, plugin, version)
    const read = async (sha256: string) => (await contents.get(sha256))?.toString('utf8') ?? ''
    await schemas.migrate(plugin, version, await migrationSteps(manifest.migrations, files, read))
  }

  async #bundle({ plugin, version, bundleSha256 }: Installation): Promise<string> {
    const bytes = bundleSha256 === null ? undefined : await this.#ports.contents.get(bundleSha256)
    if (bytes === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
    return bytes.toString('utf8')
  }

  /** Does one step's work, then commits where it led: to the next state, or to the state of its fault. */
  async #step(
    caller: Caller,
    installation: Installation,
    onFault: InstallationState,
    onSuccess: InstallationState,
    work: () => Promise<void>,
  ): Promise<Installation> {
    try {
      await work()
    } catch (error) {
      // An outage is no fault of the version: it stays where it is, and the next try goes on from there.
      if (!(error instanceof CodedError) || error.status === 503) throw error
      await this.#move(caller, installation, onFault, faultOf(error))
      throw error
    }
    return this.#move(caller, installation, onSuccess, null)
  }

  async #move(
    caller: Caller,
    installation: Installation,
    state: InstallationState,
    fault: Fault | null,
  ): Promise<Installation> {
    const { plugin, version } = installation
    const detail = { from: installation.state, to: state, ...(fault === null ? {} : { fault }) }
    const change = { ...caller, action: `plugin.${state}`, subject: `${plugin}@${version}`, detail }
    const { generation } = await commitChange(
      this.#ports.knex,
      { ...change, tenant: null },
      async (trx) => moveInstallation(trx, installation, installation.state, state, fault),
    )
    await this.#ports.routing.reach(generation)
    return { ...installation, state, fault }
  }

  /** The first version of a plugin serves at once; later ones wait, warm, for a rollout. */
  async #promote(caller: Caller, installation: Installation): Promise<Installation> {
    const { plugin, version, contracts } = installation
    const change = { ...caller, action: 'plugin.promoted', subject: `${plugin}@${version}` }
    const { generation } = await commitChange(
      this.#ports.knex,
      { ...change, tenant: null },
      async (trx) => {
        await moveInstallation(trx, installation, 'warm', 'stable')
        await setStableVersion(trx, plugin, version)
        for (const { id, major } of Object.values(contracts)) {
          await insertService(trx, { id, major, plugin })
        }
      },
    )
    await this.#ports.routing.reach(generation)
    return { ...installation, state: 'stable' }
  }
}

function faultOf(error: CodedError): Fault {
  const places = error.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`)
  return { code: error.code, detail: [error.message, ...places].join('\n').slice(0, 2000) }
}
