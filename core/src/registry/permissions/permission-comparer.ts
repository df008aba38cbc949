import type { Manifest } from '@signalbox/sdk/manifest'
import { grantDiff, type PermissionDiff, permissionDiff } from '@signalbox/sdk/permission-diff'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { listBoundTenants, listGrants } from '../binding-store.ts'
import type { PackageSource } from '../package-source.ts'
import { findInstallation, stableVersion } from '../registry-store.ts'

interface Ports {
  readonly knex: Knex
  readonly source: Pick<PackageSource, 'manifest'>
}

interface Page {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A tenant that has the plugin: what the version asks for beyond what its admin granted. */
interface TenantDiff extends PermissionDiff {
  readonly tenant: string
  readonly binding: string
  /** The version that its calls are given; null: none is stable. */
  readonly runs: string | null
}

/** Says what a version may do beside another one, and beside what each tenant granted. Changes nothing. */
export class PermissionComparer {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @param against a version; undefined: the one that is stable on this host, or nothing
   * @throws CORE_PACKAGE_MISSING
   */
  async compare(plugin: string, version: string, against: string | undefined, page: Page) {
    const { knex } = this.#ports
    const manifest = await this.#manifestOf(plugin, version)
    const stable = await stableVersion(knex, plugin)
    const other = against ?? stable
    const before = other === null ? undefined : await this.#manifestOf(plugin, other)
    const tenants = await listBoundTenants(knex, plugin, page)
    const items: TenantDiff[] = []
    for (const { tenant, binding, pinnedVersion } of tenants) {
      const diff = grantDiff(await listGrants(knex, tenant, plugin), manifest)
      items.push({ tenant, binding, runs: pinnedVersion ?? stable, ...diff })
    }
    const last = tenants.at(-1)
    return {
      plugin,
      version,
      against: other,
      ...permissionDiff(before, manifest),
      tenants: {
        items,
        ...(tenants.length === page.limit && last !== undefined ? { next: last.tenant } : {}),
      },
    }
  }

  /** As it is installed here, whatever the marketplace has; else as it was published. */
  async #manifestOf(plugin: string, version: string): Promise<Manifest> {
    const installed = await findInstallation(this.#ports.knex, plugin, version)
    const manifest = installed?.manifest ?? (await this.#ports.source.manifest(plugin, version))
    if (manifest === undefined) throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
    return manifest
  }
}
