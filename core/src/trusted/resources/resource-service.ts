import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { InFlight } from '../../rollout/routing/in-flight.ts'
import { type InstalledVersion, type Snapshot, versionKey } from '../../rollout/routing/snapshot.ts'
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
  /** Those that may write to their data: past the look at what was purged, and not ended yet. */
  readonly #started = new Set<string>()
  #wanted: ReadonlySet<string> = new Set()
  /** By plugin: who would start there waits for it, and for no other plugin's. */
  readonly #forgetting = new Map<string, Promise<void>>()
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
      const plugin = pluginOf(key)
      const versions = [...before.versions.values()].filter((one) => one.plugin === plugin)
      const drained = versions.map((one) =>
        this.#ports.inFlight.drained(versionKey(plugin, one.version)),
      )
      void Promise.all(drained).then(() => this.#end(key))
    }
  }

  /** Removes what this node stored for plugins that were purged, once their programs have ended. */
  async forgetPurged(): Promise<void> {
    const { knex, log } = this.#ports
    const purged = await listPurged(knex, await this.#ports.node())
    for (const plugin of new Set(purged.map(({ resource }) => pluginOf(resource)))) {
      await this.#forget(plugin).catch((err: unknown) => {
        log.warn({ err, plugin }, 'what a purged plugin stored for its resources cannot be removed')
      })
    }
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
    const plugin = pluginOf(key)
    this.#live.delete(key)
    if ([...this.#live].some((other) => isOf(plugin, other))) return
    const folders = this.#programs.get(plugin) ?? []
    this.#programs.delete(plugin)
    await Promise.all([...folders].map(removeFolder)).catch((err: unknown) => {
      this.#ports.log.warn({ err, plugin }, 'the programs of a resource cannot be removed')
    })
  }

  /**
   * One at a time for a plugin, whose resources share a folder.
   * @param starting a resource of it that has no program yet, and may have one when this is done
   */
  #forget(plugin: string, starting?: string): Promise<void> {
    const before = this.#forgetting.get(plugin) ?? Promise.resolve()
    const forgetting = before.then(() => this.#forgetData(plugin, starting))
    const settled = forgetting
      .catch(() => undefined)
      .then(() => {
        if (this.#forgetting.get(plugin) === settled) this.#forgetting.delete(plugin)
      })
    this.#forgetting.set(plugin, settled)
    return forgetting
  }

  async #forgetData(plugin: string, starting: string | undefined): Promise<void> {
    const { knex, root } = this.#ports
    const node = await this.#ports.node()
    const purged = await listPurged(knex, node, plugin)
    if (purged.length > 0) {
      await Promise.all(this.#endingOf(plugin))
      const isAtWork = [...this.#started].some((key) => key !== starting && isOf(plugin, key))
      // A program of the life before: it ends as soon as it cannot renew its lease.
      if (isAtWork && starting === undefined) return
      if (isAtWork) {
        const resource = starting?.slice(plugin.length + 1) ?? ''
        throw coreErrors.create('RESOURCE_UNAVAILABLE', { plugin, resource }, { retryAfterS: 1 })
      }
      await removeFolder(join(root, 'data', plugin.replace('/', '+')))
      for (const lease of purged) await deletePurged(knex, lease, node)
    }
    // At once: of two that start together the second must not remove what the first writes.
    if (starting !== undefined) this.#started.add(starting)
  }

  async #prepare(
    version: InstalledVersion,
    definition: ResourceDefinition,
  ): Promise<PreparedEngine> {
    const { plugin } = version
    const key = resourceKey(plugin, definition.id)
    // Installed again: nothing of its life before may be found.
    await this.#forget(plugin, key)
    try {
      const prepared = await this.#layOut(version, definition)
      const release = () => prepared.release().finally(() => this.#started.delete(key))
      return { ...prepared, release }
    } catch (error) {
      this.#started.delete(key)
      throw error
    }
  }

  async #layOut(
    { plugin, version }: InstalledVersion,
    { id, scope, command, health, dataDir, memoryMb }: ResourceDefinition,
  ): Promise<PreparedEngine> {
    const { knex, root } = this.#ports
    const node = await this.#ports.node()
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

const pluginOf = (key: string): string => key.slice(0, key.lastIndexOf('/'))
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
