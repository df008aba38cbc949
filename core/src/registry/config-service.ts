import { contractCompiler, schemaFaults } from '@signalbox/sdk/contract'
import { faultsOf } from '@signalbox/sdk/schema'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { isMatched } from '../gateway/if-match.ts'
import type { Asker } from '../identity/asker.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasTenant } from '../identity/identity-store.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { findConfig, insertConfig } from './config-store.ts'
import type { ContentStore } from './package-source.ts'
import { type Installation, listFiles } from './registry-store.ts'
import { lockInstalled, requireServing } from './serving-installation.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly contents: ContentStore<Knex.Transaction>
}

type Config = Readonly<Record<string, unknown>>

/** Of the settings, as If-Match names them; 0: none were set. */
export function tagOfRevision(revision: number): string {
  return `"${revision}"`
}

/** A plugin without a schema has no settings: only the empty object fits. */
const NO_SETTINGS = { type: 'object', maxProperties: 0 } as const

/** The settings of a plugin in a tenant: held to the schema of the version that serves, and kept by revision. */
export class ConfigService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** The schema that a form for the settings is made from. @throws CORE_PLUGIN_MISSING */
  async schema(plugin: string): Promise<object> {
    return this.#schemaOf(await requireServing(this.#ports.knex, plugin, undefined))
  }

  /**
   * @returns the new revision
   * @throws CORE_CONFIG_INVALID with the places that do not fit; CORE_CHANGED_MEANWHILE
   */
  async configure(
    { actor, traceId, seen }: Omit<Asker, 'principal'>,
    tenant: string,
    plugin: string,
    config: Config,
  ): Promise<number> {
    return this.#set({ actor, traceId }, tenant, plugin, config, { detail: {}, seen })
  }

  /**
   * Puts an earlier revision's settings on top, as a new revision: nothing of what was is lost. They must fit the
   * version that serves now.
   * @throws CORE_CONFIG_REVISION_MISSING, CORE_CONFIG_INVALID
   */
  async rollBack(caller: Caller, tenant: string, plugin: string, to: number): Promise<number> {
    const earlier = await findConfig(this.#ports.knex, tenant, plugin, to)
    if (earlier === undefined) {
      throw coreErrors.create('CONFIG_REVISION_MISSING', { tenant, plugin, revision: to })
    }
    return this.#set(caller, tenant, plugin, earlier.config, { detail: { rolledBackTo: to } })
  }

  async #set(
    caller: Caller,
    tenant: string,
    plugin: string,
    config: Config,
    { detail, seen }: { detail: Readonly<Record<string, unknown>>; seen?: string | undefined },
  ): Promise<number> {
    const { knex, routing } = this.#ports
    if (!(await hasTenant(knex, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
    await this.#requireFitting(await requireServing(knex, plugin, undefined), config)
    const change = { ...caller, action: 'config.changed', subject: plugin, tenant, detail }
    const { result, generation } = await commitRoutedChange(knex, change, async (trx) => {
      // Consent, binding and settings of a plugin change one after the other: each sees the one before.
      await lockInstalled(trx, plugin)
      const present = (await findConfig(trx, tenant, plugin))?.revision ?? 0
      if (!isMatched(seen, tagOfRevision(present))) throw coreErrors.create('CHANGED_MEANWHILE')
      return insertConfig(trx, { tenant, plugin, config, changedBy: caller.actor })
    })
    await routing.reach(generation)
    return result
  }

  async #requireFitting(installation: Installation, config: unknown): Promise<void> {
    const { plugin, version } = installation
    const schema = await this.#schemaOf(installation)
    const unusable = schemaFaults(schema)
    if (unusable.length > 0)
      throw coreErrors.create('CONFIG_INVALID', { plugin, version }, { faults: unusable })
    const validate = contractCompiler().compile(schema)
    // Only true is a yes: a promise, which an $async schema would give, is not.
    if (validate(config) === true) return
    throw coreErrors.create('CONFIG_INVALID', { plugin, version }, { faults: faultsOf(validate) })
  }

  async #schemaOf({ plugin, version, manifest }: Installation): Promise<object> {
    const { knex, contents } = this.#ports
    const files = await listFiles(knex, plugin, version)
    const file = files.find(({ path }) => path === manifest.config)
    const bytes = file === undefined ? undefined : await contents.get(file.sha256)
    return bytes === undefined ? NO_SETTINGS : (JSON.parse(bytes.toString('utf8')) as object)
  }
}
