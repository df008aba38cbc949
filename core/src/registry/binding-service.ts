import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasTenant } from '../identity/identity-store.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Binding } from '../rollout/routing/snapshot.ts'
import {
  findBinding,
  type GrantRow,
  holdTenantRole,
  insertGrant,
  listDataBindings,
  listGrants,
  revokeGrant,
  setBinding,
} from './binding-store.ts'
import { missingConsent, requestedCapabilities } from './consent.ts'
import { hasPlugin, stableVersion } from './registry-store.ts'
import { requireRequired } from './required-plugins.ts'
import { lockInstalled, requireServing } from './serving-installation.ts'

export interface TenantSchemas {
  enableTenant(plugin: string, tenant: string): Promise<void>
  disableTenant(plugin: string, tenant: string): Promise<void>
}

type Detail = Readonly<Record<string, unknown>>

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly schemas: TenantSchemas
}

/** What a tenant does with an installed plugin: consent, on and off. */
export class BindingService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_CONSENT_MISSING naming what the tenant's admin has to grant first. */
  async bind(
    caller: Caller,
    tenant: string,
    plugin: string,
    wish: { binding: Binding['binding']; version?: string | undefined },
  ): Promise<Binding> {
    const { knex, schemas } = this.#ports
    await this.#requireTenant(tenant)
    const binding = await this.#bindingOf(tenant, plugin, wish)
    const grants = await listGrants(knex, tenant, plugin)
    const ownsData = grants.some(({ capability }) => capability === 'db:own')
    // The role comes before the binding that lets calls use it, and goes after the one that stops them.
    if (binding.binding !== 'disabled' && ownsData) await schemas.enableTenant(plugin, tenant)
    const { pinnedVersion } = binding
    await this.#change(
      caller,
      'binding.changed',
      tenant,
      plugin,
      async (trx) => {
        if (binding.binding !== 'disabled') await requireConsent(trx, tenant, plugin, binding)
        await setBinding(trx, tenant, plugin, binding)
        return { ...binding }
      },
      async (trx) => {
        if (pinnedVersion !== null) await requireRequired(trx, plugin, pinnedVersion)
      },
    )
    if (binding.binding === 'disabled' || ownsData) await this.#followBinding(tenant, plugin)
    return binding
  }

  /** Consents to capabilities that a version asks for, with just the parameters it asks for. */
  async grant(
    caller: Caller,
    tenant: string,
    plugin: string,
    wish: { version?: string | undefined; capabilities: readonly string[] },
  ): Promise<GrantRow[]> {
    const { knex } = this.#ports
    await this.#requireTenant(tenant)
    const installation = await requireServing(knex, plugin, wish.version)
    const requested = requestedCapabilities(installation.manifest)
    for (const capability of wish.capabilities) {
      if (requested.some(({ name }) => name === capability)) continue
      const { version } = installation
      throw coreErrors.create('CAPABILITY_NOT_REQUESTED', { plugin, version, capability })
    }
    const granted = requested.filter(({ name }) => wish.capabilities.includes(name))
    // What would cover nothing is not granted: nobody should believe that it does.
    if (
      granted.some(({ name, parameters }) => name === 'job:schedule' && parameters.per === 'host')
    ) {
      const { version } = installation
      throw coreErrors.create('JOB_PER_HOST_UNSUPPORTED', { plugin, version })
    }
    await this.#change(caller, 'grant.given', tenant, plugin, async (trx) => {
      const grants: { grant: string; capability: string }[] = []
      for (const { name, parameters, hash } of granted) {
        const id = `grt_${randomBytes(8).toString('hex')}`
        const grant = { id, capability: name, parameters, hash, approver: caller.actor }
        const isNew = await insertGrant(trx, tenant, plugin, grant)
        if (isNew) grants.push({ grant: id, capability: name })
      }
      return { version: installation.version, capabilities: wish.capabilities, grants }
    })
    await this.#followBinding(tenant, plugin)
    return listGrants(knex, tenant, plugin)
  }

  async revoke(caller: Caller, tenant: string, plugin: string, grant: string): Promise<void> {
    await this.#change(caller, 'grant.revoked', tenant, plugin, async (trx) => {
      const capability = await revokeGrant(trx, tenant, plugin, grant)
      if (capability !== undefined) return { grant, capability }
      throw coreErrors.create('GRANT_UNKNOWN', { tenant, plugin, grant })
    })
    await this.#followBinding(tenant, plugin)
  }

  /** Roles that a killed host did not get to: each is made again, which changes nothing where it is there. */
  async reconcile(): Promise<void> {
    for (const { plugin, tenant } of await listDataBindings(this.#ports.knex)) {
      await this.#ports.schemas.enableTenant(plugin, tenant)
    }
  }

  /**
   * A database role lives exactly as long as an enabled plugin has the grant for it. Of admins who change that at once
   * each makes it as it stands when their turn comes: otherwise who disabled first would take the role of who enabled last.
   */
  async #followBinding(tenant: string, plugin: string): Promise<void> {
    const { knex, schemas } = this.#ports
    await knex.transaction(async (trx) => {
      await holdTenantRole(trx, tenant, plugin)
      const binding = await findBinding(trx, tenant, plugin)
      if (binding === undefined) return
      const grants = await listGrants(trx, tenant, plugin)
      const ownsData = grants.some(({ capability }) => capability === 'db:own')
      if (binding.binding !== 'disabled' && ownsData) await schemas.enableTenant(plugin, tenant)
      else await schemas.disableTenant(plugin, tenant)
    })
  }

  async #bindingOf(
    tenant: string,
    plugin: string,
    wish: { binding: Binding['binding']; version?: string | undefined },
  ): Promise<Binding> {
    const { knex } = this.#ports
    if (!(await hasPlugin(knex, plugin))) throw coreErrors.create('PLUGIN_MISSING', { plugin })
    switch (wish.binding) {
      case 'disabled':
      case 'enabled':
        return { binding: wish.binding, pinnedVersion: null }
      case 'pinned':
        return {
          binding: 'pinned',
          pinnedVersion: (await requireServing(knex, plugin, wish.version)).version,
        }
      case 'held': {
        const now = await findBinding(knex, tenant, plugin)
        const version = now?.pinnedVersion ?? (await stableVersion(knex, plugin))
        return { binding: 'held', pinnedVersion: version }
      }
    }
  }

  async #requireTenant(tenant: string): Promise<void> {
    if (!(await hasTenant(this.#ports.knex, tenant))) {
      throw coreErrors.create('TENANT_MISSING', { tenant })
    }
  }

  /** @param work answers what the audit says of the change */
  async #change(
    caller: Caller,
    action: string,
    tenant: string,
    plugin: string,
    work: (trx: Knex.Transaction) => Promise<Detail>,
    before: (trx: Knex.Transaction) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { generation } = await commitRoutedChange(
      this.#ports.knex,
      (detail: Detail) => [{ ...caller, action, subject: plugin, tenant, detail }],
      async (trx) => {
        await before(trx)
        // Consent, binding and settings of a plugin change one after the other: each sees the one before.
        await lockInstalled(trx, plugin)
        return work(trx)
      },
    )
    await this.#ports.routing.reach(generation)
  }
}

async function requireConsent(
  trx: Knex,
  tenant: string,
  plugin: string,
  binding: Binding,
): Promise<void> {
  const installation = await requireServing(trx, plugin, binding.pinnedVersion ?? undefined)
  const grants = await listGrants(trx, tenant, plugin)
  const missing = missingConsent(installation.manifest, grants)
  if (missing.length === 0) return
  const capabilities = [...new Set(missing.map(({ name }) => name))].join(', ')
  throw coreErrors.create('CONSENT_MISSING', { tenant, plugin, capabilities })
}
