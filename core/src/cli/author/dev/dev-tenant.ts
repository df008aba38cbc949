import type { Contract } from '@signalbox/sdk/contract'
import { type HostClient, HostRefusal } from '../../host-client.ts'

/** The one tenant of a dev host, and the app in it. */
export const DEV_TENANT = 'dev'
export const DEV_APP = 'dev-app'

interface Wish {
  readonly name: string
  readonly parameters: unknown
  readonly optional: boolean
  readonly why: Readonly<Record<string, string>>
  readonly granted: boolean
}

/** Whom a developer calls as: a tenant, an app, and a key for each service. */
export class DevTenant {
  readonly #client: HostClient
  readonly #plugin: string
  /** By `service@major`. */
  readonly keys = new Map<string, string>()

  constructor(client: HostClient, plugin: string) {
    this.#client = client
    this.#plugin = plugin
  }

  get #path(): string {
    return `/v1/tenants/${DEV_TENANT}/plugins/${encodeURIComponent(this.#plugin)}`
  }

  async make(): Promise<void> {
    await this.#unlessThere('/v1/tenants', { id: DEV_TENANT, name: 'Development' })
    await this.#unlessThere('/v1/apps', { id: DEV_APP, name: 'Development', tenant: DEV_TENANT })
  }

  /** Lets the plugin go, so that it can be removed: nobody subscribes to it and it is enabled nowhere. */
  async letGo(): Promise<void> {
    const path = `/v1/subscriptions?tenant=${DEV_TENANT}&limit=200`
    const { items } = await this.#client.request<{ items: { id: string; state: string }[] }>(
      'GET',
      path,
    )
    for (const { id, state } of items) {
      if (state === 'active') await this.#client.request('POST', `/v1/subscriptions/${id}:cancel`)
    }
    await this.#client.request('PUT', this.#path, { binding: 'disabled' })
    this.keys.clear()
  }

  /** Pins the tenant to a version: the next call is the new one's. */
  async pin(version: string): Promise<void> {
    await this.#client.request('PUT', this.#path, { binding: 'pinned', version })
  }

  async grant(version: string, capabilities: readonly string[]): Promise<void> {
    if (capabilities.length === 0) return
    await this.#client.request('POST', `${this.#path}/grants`, { version, capabilities })
  }

  async wishes(): Promise<readonly Wish[]> {
    return (await this.#client.request<{ capabilities: Wish[] }>('GET', this.#path)).capabilities
  }

  /** A subscription and a new key for each service that has none; events that the plugin hears may be sent. */
  async subscribe(contracts: readonly Contract[]): Promise<void> {
    for (const { id: service, major } of contracts) {
      const name = `${service}@${major}`
      if (this.keys.has(name)) continue
      const wish = { tenant: DEV_TENANT, app: DEV_APP, service, major }
      const made = await this.#client.request<{ id: string }>('POST', '/v1/subscriptions', wish)
      const path = `/v1/subscriptions/${made.id}/credentials`
      this.keys.set(name, (await this.#client.request<{ key: string }>('POST', path)).key)
    }
  }

  async allowEvents(types: readonly string[]): Promise<void> {
    const path = `/v1/tenants/${DEV_TENANT}/apps/${DEV_APP}/events`
    await this.#client.request('PUT', path, { types })
  }

  async #unlessThere(path: string, body: object): Promise<void> {
    try {
      await this.#client.request('POST', path, body)
    } catch (error) {
      if (!(error instanceof HostRefusal) || error.problem.status !== 409) throw error
    }
  }
}
