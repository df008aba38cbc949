import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { InFlight } from '../../rollout/in-flight.ts'
import { type InstalledVersion, type Snapshot, versionKey } from '../../rollout/snapshot.ts'
import { removeFolder } from '../version-folder.ts'
import { deletePurged, endLease, listPurged, renewLease, takeLease } from './lease-store.ts'
import { type PreparedEngine, Resource, type ResourcePlace } from './resource.ts'
import {
  definitionOf,
  type ResourceDefinition,
  resourceKey,
  wantedResources,
} from './wanted-resources.ts'

/** A node that is gone is given up after this long; one that cannot renew ends its engine well before. */
const LEASE_S = 30
const SELF_FENCE_MS = 20_000

interface Ports {
  readonly knex: Knex
  /** Below it: `data` is kept for ever, `programs` can be made again. Mode 0700. */
  readonly root: string
  /** Which data folder this is: it outlives the host's process. */
  readonly node: () => Promise<string>
  readonly urls: ReadonlyMap<string, string>
  /** The package's verified files below a folder, on this node's disk. @throws a coded error */
  readonly layOut: (root: string, plugin: string, version: string) => Promise<string>
  readonly inFlight: Pick<InFlight, 'drained'>
  readonly random: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** The resources of this node: owned by the host, shared by the versions of a plugin, one program each. */
export class ResourceService {
  readonly #ports: Ports
  readonly #resources = new Map<string, Resource>()
  readonly #ending = new Map<string, Promise<void>>()
  /** Those with a program, or about to have one, by `plugin/id`; and the folders of programs, by plugin. */
  readonly #live = new Set<string>()
  readonly #programs = new Map<string, Set<string>>()
  #wanted: ReadonlySet<string> = new Set()
  #forgetting: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Starts it where it does not run. Which version asks decides only of a new start.
   * @throws CORE_RESOURCE_MISSING, CORE_RESOURCE_UNAVAILABLE, CORE_RESOURCE_ELSEWHERE
   */
  async get(version: InstalledVersion, id: string): Promise<ResourcePlace | { url: string }> {
    const { plugin } = version
    const definition = definitionOf(version, id)
    if (definition === undefined || version.manifest.runtime.tier !== 'trusted') {
      throw coreErrors.create('RESOURCE_MISSING', { plugin, resource: id })
    }
    const key = resourceKey(plugin, id)
    const url = this.#ports.urls.get(key)
    if (url !== undefined) return { url }
    await Promise.all(this.#endingOf(plugin))
    if (this.#isStopped || !this.#wanted.has(key)) {
      throw coreErrors.create('RESOURCE_UNAVAILABLE', { plugin, resource: id }, { retryAfterS: 1 })
    }
    const known = this.#resources.get(key)
    if (known !== undefined) return known.get()
    const resource = new Resource({
      plugin,
      id,
      prepare: () => this.#prepare(version, definition),
      random: this.#ports.random,
      log: this.#ports.log,
    })
    this.#resources.set(key, resource)
    this.#live.add(key)
    return resource.get()
  }

  /** Ends, after the last call of the versions that had it, what no version may ask for any more. */
  reconcile(before: Snapshot, after: Snapshot): void {
    this.#wanted = wantedResources(after)
    for (const key of this.#resources.keys()) {
      if (this.#wanted.has(key)) continue
      const plugin = key.slice(0, key.lastIndexOf('/'))
      const versions = [...before.versions.values()].filter((one) => one.plugin === plugin)
      const drained = versions.map((one) =>
        this.#ports.inFlight.drained(versionKey(plugin, one.version)),
      )
      void Promise.all(drained).then(() => this.#end(key))
    }
  }

  /** Removes what this node stored for plugins that were purged, once their programs have ended; by one at a time. */
  forgetPurged(): Promise<void> {
    return this.#forget(undefined)
  }

  /** Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this.#resources.values()].map((resource) => resource.stop()))
    await Promise.all(this.#ending.values())
  }

  #end(key: string): void {
    const resource = this.#resources.get(key)
    if (resource === undefined || this.#wanted.has(key)) return
    this.#resources.delete(key)
    const ended = resource
      .stop()
      .then(() => this.#removePrograms(key))
      .finally(() => this.#ending.delete(key))
    this.#ending.set(key, ended)
  }

  #endingOf(plugin: string): Promise<void>[] {
    return [...this.#ending].filter(([key]) => isOf(plugin, key)).map(([, ended]) => ended)
  }

  /** The data is kept; what the last resource of a plugin ran from can be laid out again. */
  async #removePrograms(key: string): Promise<void> {
    const plugin = key.slice(0, key.lastIndexOf('/'))
    this.#live.delete(key)
    if ([...this.#live].some((other) => isOf(plugin, other))) return
    const folders = this.#programs.get(plugin) ?? []
    this.#programs.delete(plugin)
    await Promise.all([...folders].map(removeFolder)).catch((err: unknown) => {
      this.#ports.log.warn({ err, plugin }, 'the programs of a resource cannot be removed')
    })
  }

  /** @param starting a resource that is to start, and has no program before this is done */
  #forget(starting: string | undefined): Promise<void> {
    const forgetting = this.#forgetting.then(() => this.#forgetData(starting))
    this.#forgetting = forgetting.catch(() => undefined)
    return forgetting
  }

  async #forgetData(starting: string | undefined): Promise<void> {
    const { knex, root } = this.#ports
    const node = await this.#ports.node()
    for (const purged of await listPurged(knex, node)) {
      const plugin = purged.resource.slice(0, purged.resource.lastIndexOf('/'))
      await Promise.all(this.#endingOf(plugin))
      if ([...this.#live].some((key) => key !== starting && isOf(plugin, key))) continue
      await removeFolder(join(root, 'data', plugin.replace('/', '+')))
      await deletePurged(knex, purged, node)
    }
  }

  async #prepare(
    { plugin, version }: InstalledVersion,
    { id, scope, command, health, dataDir, memoryMb }: ResourceDefinition,
  ): Promise<PreparedEngine> {
    const { knex, root } = this.#ports
    const node = await this.#ports.node()
    // Installed again: nothing of its life before may be found.
    await this.#forget(resourceKey(plugin, id))
    const place = scope === 'host' ? '*' : node
    const lease = await takeLease(
      knex,
      { resource: resourceKey(plugin, id), place, holder: node },
      LEASE_S,
    )
    if (lease === undefined) throw coreErrors.create('RESOURCE_ELSEWHERE', { plugin, resource: id })
    const cwd = await this.#ports.layOut(join(root, 'programs'), plugin, version)
    this.#programs.set(plugin, (this.#programs.get(plugin) ?? new Set()).add(cwd))
    const data = join(root, 'data', plugin.replace('/', '+'), dataDir)
    await mkdir(data, { recursive: true, mode: 0o700 })
    await writeWhole(`${data}.fence`, `${lease.fence}\n`)
    const run = await socketFolder(resourceKey(plugin, id))
    const socketPath = join(run, 'socket')
    const env = {
      TZ: 'UTC',
      SIGNALBOX_DATA_DIR: data,
      SIGNALBOX_SOCKET: socketPath,
      SIGNALBOX_FENCE: String(lease.fence),
    }
    const program = async (words: readonly string[]) => ({
      command: await runnable(cwd, words),
      cwd,
      env,
    })
    let renewedAt = Date.now()
    return {
      engine: await program(command),
      health: await program(health),
      memoryMb,
      place: { dataDir: data, socketPath, fence: lease.fence },
      renew: async () => {
        const isHeld = await renewLease(knex, lease, LEASE_S).catch(() => undefined)
        if (isHeld === true) renewedAt = Date.now()
        // The folder of a node is locked with the node's data folder: without PostgreSQL it goes on.
        if (isHeld === undefined) return scope === 'node' || Date.now() - renewedAt < SELF_FENCE_MS
        return isHeld
      },
      release: async () => {
        await rm(run, { recursive: true, force: true })
        await endLease(knex, lease)
      },
    }
  }
}

const isOf = (plugin: string, key: string): boolean => key.startsWith(`${plugin}/`)

/** A script runs in the host's Node; anything else must be a program by itself. */
async function runnable(folder: string, [file = '', ...rest]: readonly string[]) {
  const path = join(folder, file)
  if (/\.m?js$/.test(file)) return [process.execPath, path, ...rest]
  await chmod(path, 0o500)
  return [path, ...rest]
}

/** Its path must fit into 108 bytes, and a data folder's may not: a private one in the temporary folder. */
async function socketFolder(key: string): Promise<string> {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 8)
  return mkdtemp(join(tmpdir(), `signalbox-${name}-`))
}

async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, file)
}
