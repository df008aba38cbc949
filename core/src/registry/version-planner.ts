import type { PackageInspection } from '@signalbox/sandbox'
import type { CodedError } from '@signalbox/sdk/errors'
import { permissionDiff } from '@signalbox/sdk/permission-diff'
import type { Knex } from 'knex'
import { affectedApps, type ServiceChanges } from '../catalog/affected-apps.ts'
import { listConsumers } from '../catalog/consumers.ts'
import type { ExampleRun, RunExamples } from '../catalog/expectations/example-run.ts'
import { listPlans } from '../catalog/plan-store.ts'
import { usedSince } from '../catalog/used-since.ts'
import { coreErrors } from '../errors.ts'
import { contractRefusal } from './compatible-contracts.ts'
import type { InspectPackage, PackageSource } from './package-source.ts'
import {
  type PlannedService,
  plannedCapabilities,
  plannedMigrations,
  plannedServices,
} from './plan-version.ts'
import {
  findInstallation,
  type Installation,
  listFiles,
  listInstalled,
  stableVersion,
} from './registry-store.ts'
import { refusalOf } from './resolve.ts'
import { termsOf } from './terms.ts'
import { hasConsent } from './terms-store.ts'
import { wishedVersion } from './wished-version.ts'

interface Ports {
  readonly knex: Knex
  readonly source: PackageSource
  readonly inspect: InspectPackage
  readonly isTrusted: (origin: {
    plugin: string
    publisher: string
    fingerprint: string
  }) => boolean
  readonly runExamples: RunExamples
  readonly hostVersion: string
  readonly now: () => number
}

/** Consumers that one plan looks at; beyond them it says that there are more. */
const MAX_CONSUMERS = 2000

/** What a proposed version would do, found out without storing or changing anything. */
export class VersionPlanner {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async plan(plugin: string, wish: string | undefined) {
    const { knex } = this.#ports
    const { version, tarball, inspected } = await this.#inspected(plugin, wish)
    const { manifest, contracts, files } = inspected
    const from = await stableVersion(knex, plugin)
    const stable = from === null ? undefined : await findInstallation(knex, plugin, from)
    const known = from === null ? [] : await listFiles(knex, plugin, from)
    const { publisher, fingerprint } = tarball
    const isTrusted = this.#ports.isTrusted({ plugin, publisher, fingerprint })
    const candidate = { plugin, version, manifest, contracts, isTrusted }
    const refusal =
      refusalOf(candidate, this.#ports.hostVersion, await listInstalled(knex)) ??
      contractRefusal(candidate, stable)
    const services = plannedServices(stable?.contracts ?? {}, contracts)
    return {
      plugin,
      version,
      from,
      refusal: refusal === undefined ? null : shown(refusal),
      requires: manifest.requires ?? {},
      capabilities: plannedCapabilities(stable?.manifest, manifest),
      permissions: permissionDiff(stable?.manifest, manifest),
      migrations: plannedMigrations(manifest.migrations, files, known),
      services,
      terms: await this.#terms(plugin, inspected),
      ...(await this.#meeting(candidate, services, stable, inspected)),
    }
  }

  /** What has to be agreed to, without all that a plan looks at: it tries examples and looks for whom it would break. */
  async terms(plugin: string, wish: string | undefined) {
    const { version, inspected } = await this.#inspected(plugin, wish)
    return { plugin, version, ...(await this.#terms(plugin, inspected)) }
  }

  async #inspected(plugin: string, wish: string | undefined) {
    const { source, inspect } = this.#ports
    const version = await this.#resolve(plugin, wish ?? 'latest')
    const tarball = await source.fetch(plugin, version)
    if (tarball === undefined) throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
    const inspected = await inspect(tarball.tarball, { name: plugin, version })
    return { version, tarball, inspected }
  }

  async #resolve(plugin: string, wish: string): Promise<string> {
    const { version, refusal } = await wishedVersion(this.#ports.source, plugin, wish)
    if (refusal !== undefined) throw refusal
    return version
  }

  /** What has to be agreed to, and under which plans its services are offered here already: those go on as they are. */
  async #terms(plugin: string, inspected: PackageInspection) {
    const { knex } = this.#ports
    const terms = termsOf(inspected)
    const services = Object.values(inspected.contracts)
    const offered = await Promise.all(services.map(({ id, major }) => listPlans(knex, id, major)))
    return {
      ...terms,
      isAccepted: terms.hash === null || (await hasConsent(knex, plugin, terms.hash)),
      offered: services.map(({ id, major }, index) => ({
        service: id,
        major,
        plans: offered[index] ?? [],
      })),
    }
  }

  /** Whom it meets: by the contracts, and by the examples that subscribers gave. */
  async #meeting(
    candidate: Pick<Installation, 'plugin' | 'version' | 'manifest' | 'contracts'>,
    services: readonly PlannedService[],
    stable: Installation | undefined,
    inspected: PackageInspection,
  ) {
    const served = services.flatMap(
      ({ service, major, previousMajor, changes }): ServiceChanges[] =>
        previousMajor === null
          ? []
          : [{ service, major: previousMajor, isDropped: major !== previousMajor, changes }],
    )
    const since = usedSince(this.#ports.now())
    const pages = await Promise.all(
      served.map(({ service, major }) =>
        listConsumers(this.#ports.knex, {
          service,
          major,
          since,
          limit: MAX_CONSUMERS,
          cursor: undefined,
        }),
      ),
    )
    const consumers = pages.flat()
    const examples: ExampleRun =
      stable === undefined
        ? { ran: 0, failed: [], skipped: [] }
        : await this.#ports.runExamples(candidate, inspected, consumers)
    return {
      affected: affectedApps(consumers, served),
      examples,
      isCut: pages.some((page) => page.length === MAX_CONSUMERS),
    }
  }
}

function shown(refusal: CodedError) {
  const { code, message, faults } = refusal
  return { code, detail: message, cure: refusal.cure('en'), errors: faults }
}
