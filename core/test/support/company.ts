import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { HostClient } from '../../src/cli/host-client.ts'
import { enablePlugin } from './fixture-plugin.ts'
import { type HostProcess, type Teardown, temporaryHome } from './host-process.ts'
import { publish } from './publish.ts'

const root = join(import.meta.dirname, '../../..')
const plugins = join(root, 'plugins')
const CALL_MS = 60_000
const LATE = 'SBX_DEADLINE_EXCEEDED'
const LATE_MS = 60_000

export interface SentEvent {
  readonly id: string
  readonly type: string
  readonly partitionkey?: string
  readonly data: unknown
}

export interface Answer {
  readonly status: number
  readonly version: string | null
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

/** How a version differs from what is in the folder of its plugin. */
export interface Edition {
  readonly version: string
  /** Files of the package by path, and what becomes of their text; a new file begins empty. */
  readonly edit?: Readonly<Record<string, (text: string) => string>>
}

/** Of answers that may be others in a moment: too late, too many at once, out of service. */
const tooLate: ReadonlySet<number> = new Set([429, 503, 504])

/** What came instead of an answer. */
class CallRefused extends Error {
  readonly status: number
  readonly code: string

  constructor(what: string, { status, body }: Answer) {
    super(`${what}: ${status} ${JSON.stringify(body)}`)
    this.status = status
    this.code = body?.code
  }
}

/** A tenant in which plugins of the repository run for an app that sends business events and calls all of their services. */
export class Company {
  readonly host: HostProcess
  readonly tenant: string
  readonly admin: HostClient
  readonly #scratch: string
  readonly #token: string
  readonly #keys = new Map<string, string>()
  /** Operations that only read, such as `quality.inspection@1/inspections`. */
  readonly #safe = new Set<string>()

  private constructor(
    host: HostProcess,
    tenant: string,
    admin: HostClient,
    scratch: string,
    token: string,
  ) {
    this.#token = token
    this.host = host
    this.tenant = tenant
    this.admin = admin
    this.#scratch = scratch
  }

  /** @param folders of plugins, in the order of their installation */
  static async open(
    t: Teardown,
    host: HostProcess,
    tenant: string,
    folders: readonly string[],
  ): Promise<Company> {
    const company = await Company.#found(host, tenant, await temporaryHome(t))
    for (const folder of folders) {
      await company.release(folder)
      await company.#enable(folder)
    }
    return company
  }

  /** Another tenant of the host, with plugins that are installed there. */
  async neighbour(tenant: string, folders: readonly string[]): Promise<Company> {
    const company = await Company.#found(this.host, tenant, this.#scratch)
    for (const folder of folders) await company.#enable(folder)
    return company
  }

  static async #found(host: HostProcess, tenant: string, scratch: string): Promise<Company> {
    const made = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
      id: tenant,
      name: tenant,
    })
    const admin = host.as(made.adminToken)
    const company = new Company(host, tenant, admin, scratch, made.adminToken)
    await admin.request('POST', '/v1/apps', { id: 'erp', name: 'ERP' })
    const types = ['orders.*', 'purchasing.*', 'stock.*', 'production.*', 'laboratory.*']
    await admin.request('PUT', `/v1/tenants/${tenant}/apps/erp/events`, {
      types: [...types, 'datasets.*', 'promotions.*'],
    })
    return company
  }

  /** The same company at a host that was started again on the same data. */
  at(host: HostProcess): Company {
    const moved = new Company(host, this.tenant, host.as(this.#token), this.#scratch, this.#token)
    for (const [service, key] of this.#keys) moved.#keys.set(service, key)
    for (const operation of this.#safe) moved.#safe.add(operation)
    return moved
  }

  /** Packs the plugin as this edition, publishes and installs it. */
  async release(folder: string, edition?: Edition): Promise<string> {
    const packed = await this.#pack(folder, edition)
    await publish(this.host, packed)
    const { name, version } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8'))
    await this.host.client.request('POST', '/v1/plugins', { name, version })
    return name
  }

  /** Calls an operation as the app, such as `quality.inspection@1`, `decide`. */
  async call(service: string, operation: string, input: unknown = {}): Promise<Answer> {
    const [id, major] = service.split('@')
    const response = await fetch(`${this.host.url}/api/${id}/v${major}/${operation}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.keyOf(service)}`,
      },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(CALL_MS),
    })
    const text = await response.text()
    return {
      status: response.status,
      version: response.headers.get('signalbox-version'),
      body: text === '' ? null : JSON.parse(text),
    }
  }

  /**
   * Reads are asked again while they come too late, as on a busy machine by a plugin that has just started.
   * @throws CallRefused
   */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  async ask(service: string, operation: string, input: unknown = {}): Promise<any> {
    const name = `${service}/${operation}`
    for (const until = Date.now() + LATE_MS; ; ) {
      const answer = await this.call(service, operation, input)
      if (answer.status === 200) return answer.body
      const isLate = answer.body?.code === LATE && this.#safe.has(name)
      if (!isLate || Date.now() > until) throw new CallRefused(name, answer)
    }
  }

  keyOf(service: string): string {
    const key = this.#keys.get(service)
    if (key === undefined) throw new Error(`no plugin of this company provides ${service}`)
    return key
  }

  /** Sends events as the app, a hundred at a time. */
  async send(events: readonly SentEvent[]): Promise<{ accepted: number; duplicates: number }> {
    const sum = { accepted: 0, duplicates: 0 }
    const source = `/tenants/${this.tenant}/apps/erp`
    for (let from = 0; from < events.length; from += 100) {
      const batch = events.slice(from, from + 100)
      const response = await fetch(`${this.host.url}/v1/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents-batch+json',
          authorization: `Bearer ${this.#anyKey()}`,
        },
        body: JSON.stringify(batch.map((event) => ({ specversion: '1.0', source, ...event }))),
        signal: AbortSignal.timeout(CALL_MS),
      })
      const body = (await response.json()) as { accepted: number; duplicates: number }
      if (response.status !== 202) throw new Error(JSON.stringify(body))
      sum.accepted += body.accepted
      sum.duplicates += body.duplicates
    }
    return sum
  }

  /**
   * Asks again until the answer is what it should be: events are handled behind the answer to their sender. A machine that is busy
   * may be late with an answer as well.
   */
  async eventually<Value>(
    what: string,
    read: () => Promise<Value>,
    isThere: (value: Value) => boolean,
    patienceMs = 120_000,
  ): Promise<Value> {
    const until = Date.now() + patienceMs
    for (;;) {
      const seen = await answered(read)
      if ('value' in seen && isThere(seen.value)) return seen.value
      if (Date.now() > until) throw new Error(`${what} never came: ${JSON.stringify(seen)}`)
      await delay(50)
    }
  }

  async deadLetters(): Promise<readonly unknown[]> {
    const path = `/v1/tenants/${this.tenant}/dead-letters`
    return (await this.admin.request<{ items: unknown[] }>('GET', path)).items
  }

  async #enable(folder: string): Promise<void> {
    const manifest = await manifestOf(folder)
    const name = await nameOf(folder)
    await enablePlugin(this.admin, this.tenant, name, Object.keys(manifest.capabilities ?? {}))
    let first: [service: string, operation: string] | undefined
    for (const { id, contract } of manifest.provides?.services ?? []) {
      const text = await readFile(join(plugins, folder, contract), 'utf8')
      const { major, operations } = JSON.parse(text) as Contract
      for (const [operation, { safe, input }] of Object.entries(operations)) {
        if (safe !== true) continue
        this.#safe.add(`${id}@${major}/${operation}`)
        if (typeof input === 'object' && !('required' in input))
          first ??= [`${id}@${major}`, operation]
      }
      const wish = { app: 'erp', service: id, major }
      const made = await this.admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
      const path = `/v1/subscriptions/${made.id}/credentials`
      const { key } = await this.admin.request<{ key: string }>('POST', path)
      this.#keys.set(`${id}@${major}`, key)
    }
    // Whoever changes something first would wait for an isolate, for longer than the operation may take on a busy machine.
    if (first !== undefined) await this.ask(...first).catch(requireRefusal)
  }

  /** Any subscription of the app is the app. */
  #anyKey(): string {
    const [key] = this.#keys.values()
    if (key === undefined) throw new Error('the app has no subscription yet')
    return key
  }

  async #pack(folder: string, { version, edit = {} }: Partial<Edition> = {}): Promise<string> {
    const source = join(plugins, folder)
    const draft = join(this.#scratch, `${folder}-${version ?? 'as-it-is'}`)
    await mkdir(draft, { recursive: true })
    await cp(source, draft, { recursive: true, filter: (path) => isSource(path, source) })
    // What a bundle takes in is found as from the plugin's own folder.
    await link(join(source, 'node_modules'), join(draft, 'node_modules'))
    await link(join(root, 'node_modules'), join(this.#scratch, 'node_modules'))
    const file = join(draft, 'package.json')
    const packageJson = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(
      file,
      JSON.stringify({ ...packageJson, version: version ?? packageJson.version, scripts: {} }),
    )
    for (const [path, change] of Object.entries(edit)) {
      const text = await readFile(join(draft, path), 'utf8').catch(() => '')
      const changed = change(text)
      if (changed === text) throw new Error(`the edit of ${path} changes nothing`)
      await writeFile(join(draft, path), changed)
    }
    const { packPlugin } = await import('@signalbox/sdk/pack')
    if (packageJson.signalbox.runtime.tier !== 'declarative') await packPlugin(draft)
    return draft
  }
}

async function answered<Value>(
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly late: string }> {
  try {
    return { value: await read() }
  } catch (error) {
    if (error instanceof CallRefused && tooLate.has(error.status)) return { late: error.message }
    throw error
  }
}

/** Whatever it was refused for: it was answered. */
function requireRefusal(error: unknown): void {
  if (!(error instanceof CallRefused) || error.code === LATE) throw error
}

/** Once; a link to nothing finds nothing. */
async function link(to: string, path: string): Promise<void> {
  await symlink(to, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

async function manifestOf(folder: string): Promise<Manifest> {
  return (await packageOf(folder)).signalbox
}

async function nameOf(folder: string): Promise<string> {
  return (await packageOf(folder)).name
}

async function packageOf(folder: string): Promise<{ name: string; signalbox: Manifest }> {
  return JSON.parse(await readFile(join(plugins, folder, 'package.json'), 'utf8'))
}

function isSource(path: string, root: string): boolean {
  return !/^\/(dist|node_modules|test|bench)(\/|$)/.test(path.slice(root.length))
}
