import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { commitChange, commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasTenant } from '../identity/identity-store.ts'
import { hasPlugin, listInstallations } from '../registry/registry-store.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import type { HostSigner } from '../sealing/host-signer.ts'
import type { TenantKeys } from '../sealing/tenant-keys.ts'
import { sealValue } from './sealed-value.ts'
import {
  forgetValue,
  insertVersion,
  listVersions,
  nextVersion,
  type SecretName,
} from './secret-store.ts'

interface Ports {
  readonly knex: Knex
  readonly keys: TenantKeys
  /** What the host signs by is under its key as well. */
  readonly signer?: Pick<HostSigner, 'reseal'>
  /** What else is sealed by a key of the host. @returns how many were put under its newest */
  readonly tokenKeys: { rewrap(trx: Knex.Transaction): Promise<number> }
  readonly reach: (generation: number) => Promise<void>
}

type DeclaredSecret = NonNullable<Manifest['secrets']>[number]

/** What an admin does with the secrets of a plugin. A value goes in and never comes out. */
export class SecretService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Holds on this node for the next request, on others within a second.
   * @returns the number of the new version
   * @throws CORE_TENANT_MISSING, CORE_PLUGIN_MISSING, CORE_SECRET_UNKNOWN, CORE_HOST_KEY_ABSENT
   */
  async set(caller: Caller, secret: SecretName, value: string): Promise<number> {
    await this.#requireDeclared(secret)
    const key = await this.#ports.keys.current(secret.tenant)
    return this.#change(caller, 'secret.set', secret, async (trx) => {
      const version = await nextVersion(trx, secret)
      await insertVersion(trx, secret, sealValue(secret, version, key, value), caller.actor)
      return version
    })
  }

  /** @throws CORE_SECRET_NOT_SET */
  async remove(caller: Caller, secret: SecretName): Promise<void> {
    await this.#change(caller, 'secret.removed', secret, async (trx) => {
      if (await forgetValue(trx, secret)) return
      const { tenant, plugin, name } = secret
      throw coreErrors.create('SECRET_NOT_SET', { tenant, plugin, secret: name })
    })
  }

  /** Those that a manifest names, and those that have a version though none names them any more. */
  async list(tenant: string, plugin: string) {
    await this.#requirePlugin(tenant, plugin)
    const declared = await this.#declared(plugin)
    const versions = await listVersions(this.#ports.knex, { tenant, plugin })
    const names = new Set([...declared.keys(), ...versions.map(({ name }) => name)])
    return [...names].sort().map((name) => {
      const known = versions.filter((version) => version.name === name)
      const current = known.find(({ hasValue }) => hasValue)
      return {
        name,
        label: declared.get(name)?.label ?? null,
        version: current?.version ?? null,
        versions: known.map(({ version, setBy, setAt }) => ({ version, setBy, setAt })),
      }
    })
  }

  /** Puts all data keys under the newest key of the host; then older ones may leave its file. */
  async rewrap(caller: Caller): Promise<{ rewrapped: number; hostKey: string }> {
    const { knex, keys, signer, tokenKeys } = this.#ports
    const change = { ...caller, action: 'secret.keys_rewrapped', subject: 'host', tenant: null }
    return commitChange(knex, change, async (trx) => {
      await signer?.reseal(trx)
      const { rewrapped, hostKey } = await keys.rewrap(trx)
      const others = await tokenKeys.rewrap(trx)
      return { rewrapped: rewrapped + others, hostKey }
    })
  }

  async #requirePlugin(tenant: string, plugin: string): Promise<void> {
    const { knex } = this.#ports
    if (!(await hasTenant(knex, tenant))) throw coreErrors.create('TENANT_MISSING', { tenant })
    if (!(await hasPlugin(knex, plugin))) throw coreErrors.create('PLUGIN_MISSING', { plugin })
  }

  async #requireDeclared({ tenant, plugin, name }: SecretName): Promise<void> {
    await this.#requirePlugin(tenant, plugin)
    if ((await this.#declared(plugin)).has(name)) return
    throw coreErrors.create('SECRET_UNKNOWN', { tenant, plugin, secret: name })
  }

  /** Of any installed version: a canary's secret is set before its first call. The newest one's label counts. */
  async #declared(plugin: string): Promise<ReadonlyMap<string, DeclaredSecret>> {
    const installations = await listInstallations(this.#ports.knex, plugin)
    const declared = installations.reverse().flatMap(({ manifest }) => manifest.secrets ?? [])
    return new Map(declared.map((secret) => [secret.name, secret]))
  }

  async #change<Result>(
    caller: Caller,
    action: string,
    { tenant, plugin, name }: SecretName,
    work: (trx: Knex.Transaction) => Promise<Result>,
  ): Promise<Result> {
    const change = { ...caller, action, subject: plugin, tenant, detail: { secret: name } }
    const { result, generation } = await commitRoutedChange(
      this.#ports.knex,
      change,
      async (trx) => {
        // Two that set one secret at once get one number after the other.
        await lockInstalled(trx, plugin)
        return work(trx)
      },
    )
    await this.#ports.reach(generation)
    return result
  }
}
