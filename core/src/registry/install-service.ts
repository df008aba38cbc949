import type { LoadedBundle } from '@signalbox/sandbox'
import { declaredPlans } from '@signalbox/sdk/declared-plans'
import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitChange, commitRoutedChange } from '../audit/change.ts'
import { findService, insertService } from '../catalog/catalog-store.ts'
import { coreErrors } from '../errors.ts'
import { claimEventTypes } from '../events/event-type-store.ts'
import type { Caller } from '../identity/identity-service.ts'
import { claimPermissions } from '../identity/permission-store.ts'
import { claimPages } from '../pages/page-claims.ts'
import { admitReturn } from '../removal/returning-plugin.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { InstallTrust } from '../trust/install-trust.ts'
import type { LoadedVersion } from '../trust/load-verifier.ts'
import type { Origin } from '../trusted/allow-list.ts'
import { contractRefusal } from './compatible-contracts.ts'
import type { CompiledBundleService } from './compiled-bundle-service.ts'
import { type FetchedVersion, fetchVersion } from './fetched-version.ts'
import {
  type InstallationCommand,
  nextInstallationState,
  servingStates,
} from './installation-states.ts'
import { shareInstalls } from './installs-lock.ts'
import { migrationSteps } from './migration-steps.ts'
import type { ContentStore, InspectPackage, PackageSource } from './package-source.ts'
import {
  type Fault,
  findInstallation,
  type Installation,
  insertInstallation,
  listFiles,
  listInstalled,
  listUnfinished,
  lockPlugin,
  moveInstallation,
  restoreInstallation,
  setReceipt,
  setStableVersion,
  stableVersion,
} from './registry-store.ts'
import { requireTerms } from './require-terms.ts'
import { requireRequired } from './required-plugins.ts'
import { type Candidate, refusalOf } from './resolve.ts'
import { requireSameMarketplace } from './same-marketplace.ts'
import { termsOf } from './terms.ts'
import { wishedVersion } from './wished-version.ts'

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
  readonly trust: InstallTrust
  /** Holds a version to its receipt. */
  readonly verify: (of: LoadedVersion, bundle?: Uint8Array) => Promise<void>
  readonly contents: ContentStore<Knex.Transaction>
  readonly schemas: PluginSchemas
  /** Loads the version in a lane and runs its self-test; rejects with the reason it must not serve. */
  readonly selfTest: (
    installation: Installation,
    bundle: () => Promise<LoadedBundle>,
  ) => Promise<void>
  readonly compiled: Pick<CompiledBundleService, 'ensure' | 'reject'>
  /** Whether the operator lets a package run in a process of its own. */
  readonly isTrusted: (origin: Origin) => boolean
  /** Why what it puts into the points of others cannot be put there. */
  readonly unfit: (candidate: Candidate) => Promise<CodedError | undefined>
  readonly hostVersion: string
  readonly log: { error(fields: object, message: string): void }
}

interface Asked {
  readonly caller: Caller
  readonly acceptedTerms: string | undefined
  readonly besides: string | undefined
}

/** Another node, or another call, was first: what it made of the version is read again. */
class Overtaken extends Error {}

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
   * @param acceptedTerms the hash of the terms that the caller was shown and agrees to, where the version has some
   * @param besides the version in service; where another or none is, nothing is installed: an update never brings back
   *   what somebody took away
   * @returns the installation, `stable` when it is the plugin's first, else `warm`. To repeat it is harmless.
   */
  async install(
    caller: Caller,
    name: string,
    wish: string | undefined,
    acceptedTerms?: string,
    besides?: string,
  ): Promise<Installation> {
    const version = await this.#resolveVersion(name, wish ?? 'latest')
    const asked = { caller, acceptedTerms, besides }
    return this.#once(name, version, () => this.#install(asked, name, version))
  }

  /**
   * The receipt of what was installed before there were any: from the tarball that the marketplace signed, so that rows
   * which somebody changed meanwhile do not match it.
   */
  async attest({ plugin, version }: LoadedVersion): Promise<void> {
    const { receipt } = await fetchVersion(this.#ports, 'host', plugin, version)
    if (receipt !== null) await setReceipt(this.#ports.knex, { plugin, version }, receipt)
  }

  /** Takes out of service what is not any more what was installed; other versions of the plugin serve on. */
  async distrust({ plugin, version }: LoadedVersion, error: CodedError): Promise<void> {
    const installation = await findInstallation(this.#ports.knex, plugin, version)
    if (installation === undefined) return
    if (nextInstallationState(installation.state, 'distrust') === undefined) return
    const caller = { actor: 'host', traceId: null }
    await this.#move(caller, installation, 'distrust', faultOf(error))
  }

  /** Goes on with what a killed host left behind; a version that fails keeps no other from being finished. */
  async resume(): Promise<void> {
    const caller = { actor: 'host', traceId: null }
    for (const left of await listUnfinished(this.#ports.knex)) {
      const { plugin, version } = left
      await this.#once(plugin, version, () => this.#finish(caller, left)).catch((err: unknown) =>
        this.#ports.log.error({ err, plugin, version }, 'an installation cannot be finished'),
      )
    }
  }

  /** One installation of a version at a time on this node: who comes second is given the first one's end. */
  #once(plugin: string, version: string, work: () => Promise<Installation>): Promise<Installation> {
    const key = `${plugin}@${version}`
    const running = this.#running.get(key) ?? work().finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    return running
  }

  async #resolveVersion(name: string, wish: string): Promise<string> {
    const { knex, source } = this.#ports
    const { version, refusal, mayStay } = await wishedVersion(source, name, wish)
    if (refusal === undefined) return version
    const there = mayStay === true ? await findInstallation(knex, name, version) : undefined
    if (there !== undefined && servingStates.includes(there.state)) return version
    throw refusal
  }

  async #install(asked: Asked, plugin: string, version: string): Promise<Installation> {
    const there = await findInstallation(this.#ports.knex, plugin, version)
    const start =
      there === undefined
        ? await this.#fetchAndStore(asked, plugin, version)
        : await this.#retry(asked.caller, there)
    return this.#finish(asked.caller, start)
  }

  /** A version in a fault state starts over; any other goes on from where it is. */
  async #retry(caller: Caller, installation: Installation): Promise<Installation> {
    const { plugin, version, state } = installation
    if (nextInstallationState(state, 'retry') === undefined) return installation
    const again =
      state === 'signature_invalid'
        ? await fetchVersion(this.#ports, caller.actor, plugin, version)
        : undefined
    return this.#move(caller, installation, 'retry', null, async (trx) => {
      if (again !== undefined) await this.#restore(trx, again)
      await requireRequired(trx, plugin, version)
    })
  }

  async #restore(
    trx: Knex.Transaction,
    { row, files, receipt, inspected }: FetchedVersion,
  ): Promise<void> {
    await this.#ports.contents.putAll(bytesOf(inspected), trx)
    await restoreInstallation(trx, row, files, receipt)
  }

  async #fetchAndStore(asked: Asked, plugin: string, version: string): Promise<Installation> {
    const fetched = await fetchVersion(this.#ports, asked.caller.actor, plugin, version)
    const { row } = fetched
    const unfit = await this.#ports.unfit(row)
    if (unfit !== undefined) throw unfit
    try {
      await this.#store(asked, fetched)
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
    }
    return (await findInstallation(this.#ports.knex, plugin, version)) ?? { ...row, fault: null }
  }

  async #store(
    { caller, acceptedTerms, besides }: Asked,
    { row, files, receipt, inspected }: FetchedVersion,
  ): Promise<void> {
    const { plugin, version, manifest, publisher, marketplaceFingerprint: fingerprint } = row
    const { knex, hostVersion } = this.#ports
    const isTrusted = this.#ports.isTrusted({ plugin, publisher, fingerprint })
    const { hash: terms } = termsOf(inspected)
    const installed = changeOf(caller, row, 'plugin.installed')
    const change = terms === null ? installed : { ...installed, detail: { terms } }
    await commitRoutedChange(knex, change, async (trx) => {
      await shareInstalls(trx)
      const { stableVersion: stable } = await lockPlugin(trx, plugin)
      requireBesides(plugin, stable, besides)
      await admitReturn(trx, plugin, fingerprint)
      await requireSameMarketplace(trx, plugin, fingerprint)
      if ((await findInstallation(trx, plugin, version)) !== undefined) throw new Overtaken()
      const candidate = { plugin, version, manifest, isTrusted }
      const refusal = refusalOf(candidate, hostVersion, await listInstalled(trx))
      if (refusal !== undefined) throw refusal
      const serving = stable === null ? undefined : await findInstallation(trx, plugin, stable)
      const breaking = contractRefusal(row, serving)
      if (breaking !== undefined) throw breaking
      for (const { id, major } of Object.values(row.contracts)) {
        requireProvider(plugin, id, major, (await findService(trx, id, major))?.plugin ?? plugin)
      }
      if (terms !== null) await requireTerms(trx, caller, row, terms, acceptedTerms)
      await claimEventTypes(trx, plugin, manifest)
      await claimPermissions(trx, plugin, manifest)
      await claimPages(trx, row, files)
      await this.#ports.contents.putAll(bytesOf(inspected), trx)
      await insertInstallation(trx, row, files, receipt)
    })
  }

  /** Step by step, as far as it goes by itself. */
  async #finish(caller: Caller, start: Installation): Promise<Installation> {
    let installation = start
    for (;;) {
      const { state, plugin, version } = installation
      if (state === 'installed') {
        installation = await this.#step(caller, installation, 'expand', this.#expand)
      } else if (state === 'expanded') {
        installation = await this.#step(caller, installation, 'test', this.#selfTest)
      } else if (state === 'warm' && (await this.#isFirst(plugin, version))) {
        installation = await this.#promote(caller, installation)
      } else if (servingStates.includes(state)) {
        return installation
      } else throw coreErrors.create('VERSION_NOT_READY', { plugin, version, state })
    }
  }

  /** Or was the stable one, before it had to be verified again. */
  async #isFirst(plugin: string, version: string): Promise<boolean> {
    return [null, version].includes(await stableVersion(this.#ports.knex, plugin))
  }

  readonly #expand = async ({ plugin, version, manifest }: Installation): Promise<void> => {
    if (manifest.capabilities?.['db:own'] === undefined) return
    const { schemas, contents, knex, verify } = this.#ports
    await verify({ plugin, version })
    await schemas.installSchema(plugin)
    const files = await listFiles(knex, plugin, version)
    const read = async (sha256: string) => (await contents.get(sha256))?.toString('utf8') ?? ''
    await schemas.migrate(plugin, version, await migrationSteps(manifest.migrations, files, read))
  }

  readonly #selfTest = (installation: Installation): Promise<void> =>
    this.#ports.selfTest(installation, async () => {
      const { contents, compiled, verify } = this.#ports
      const { plugin, version, bundleSha256 } = installation
      const source = await contents.get(bundleSha256 ?? '')
      if (source === undefined || bundleSha256 === null) {
        throw coreErrors.create('VERSION_MISSING', { plugin, version })
      }
      await verify({ plugin, version }, source)
      // Compiled here and not later: the self-test then shows that lanes take the result.
      const of = { plugin, version, bundleSha256 }
      const code = await compiled.ensure(of, source)
      if (code === undefined) return { source }
      return { source, compiled: code, onCompiledRejected: () => void compiled.reject(of) }
    })

  /** Does one step's work, then commits where it led: to the next state, or to the state of its fault. */
  async #step(
    caller: Caller,
    installation: Installation,
    command: InstallationCommand,
    work: (installation: Installation) => Promise<void>,
  ): Promise<Installation> {
    try {
      await work(installation)
    } catch (error) {
      // An outage is no fault of the version: it stays where it is, and the next try goes on from there.
      if (!(error instanceof CodedError) || error.status === 503) throw error
      await this.#move(caller, installation, 'fail', faultOf(error))
      throw error
    }
    return this.#move(caller, installation, command)
  }

  /** Commits a move of the state table, with what else belongs to it; overtaken, it gives what is there now. */
  async #move(
    caller: Caller,
    installation: Installation,
    command: InstallationCommand,
    fault: Fault | null = null,
    also: (trx: Knex.Transaction) => Promise<void> = async () => undefined,
  ): Promise<Installation> {
    const { plugin, version, state: from } = installation
    const { knex, routing } = this.#ports
    const to = nextInstallationState(from, command)
    if (to === undefined) throw new Error(`${plugin}@${version} is ${from}: it cannot ${command}`)
    const detail = { from, to, ...(fault === null ? {} : { fault }) }
    const change = { ...changeOf(caller, installation, `plugin.${to}`), detail }
    try {
      const work = async (trx: Knex.Transaction) => {
        await also(trx)
        if (!(await moveInstallation(trx, installation, from, to, fault))) throw new Overtaken()
      }
      // No node reads the routing table anew for a version that no request is routed to.
      if (![from, to].some((state) => servingStates.includes(state))) {
        await commitChange(knex, change, work)
      } else await routing.reach((await commitRoutedChange(knex, change, work)).generation)
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
    }
    return (await findInstallation(knex, plugin, version)) ?? installation
  }

  /** The first version of a plugin serves at once; later ones wait, warm, for a rollout. */
  async #promote(caller: Caller, installation: Installation): Promise<Installation> {
    const { plugin, version, contracts, manifest } = installation
    try {
      return await this.#move(caller, installation, 'promote', null, async (trx) => {
        const { stableVersion: stable } = await lockPlugin(trx, plugin)
        if (stable !== null && stable !== version) throw new Overtaken()
        await setStableVersion(trx, plugin, version)
        for (const { id, major } of Object.values(contracts)) {
          const plans = declaredPlans(manifest, id, major)
          const provider = await insertService(trx, { id, major, plugin }, plans)
          requireProvider(plugin, id, major, provider)
        }
      })
    } catch (error) {
      if (!(error instanceof CodedError) || error.status === 503) throw error
      await this.#move(caller, installation, 'fail', faultOf(error))
      throw error
    }
  }
}

function bytesOf({ files }: FetchedVersion['inspected']): readonly Buffer[] {
  return files.map(({ bytes }) => bytes)
}

function requireBesides(plugin: string, stable: string | null, besides: string | undefined): void {
  if (besides === undefined || stable === besides) return
  throw coreErrors.create('VERSION_MISSING', { plugin, version: besides })
}

function changeOf(
  caller: Caller,
  { plugin, version }: { plugin: string; version: string },
  action: string,
) {
  return { ...caller, action, subject: `${plugin}@${version}`, tenant: null }
}

function requireProvider(
  plugin: string,
  service: string,
  major: number,
  provider: string | null,
): void {
  if (provider === plugin) return
  throw coreErrors.create('SERVICE_TAKEN', { service, major, provider: provider ?? 'the host' })
}

function faultOf(error: CodedError): Fault {
  const places = error.faults.map(({ at, pointer, detail }) => `${at ?? pointer}: ${detail}`)
  return { code: error.code, detail: [error.message, ...places].join('\n').slice(0, 2000) }
}
