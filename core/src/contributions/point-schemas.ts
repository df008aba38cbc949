import { contractCompiler, schemaFaults } from '@signalbox/sdk/contract'
import type { InputFault } from '@signalbox/sdk/errors'
import { faultsOf } from '@signalbox/sdk/schema'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { Knex } from 'knex'
import { listFiles } from '../registry/registry-store.ts'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'
import type { ContentStore } from '../storage/content-store.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: Pick<ContentStore, 'get'>
  /** Schemas of the points that are the host's own. */
  readonly hostPoints: Readonly<Record<string, object>>
}

/** Compiled schemas held; a version is immutable, so each is read once. */
const MAX_HELD = 500

/** Holds what is put into a point to the schema that the point's own version declares. */
export class PointSchemas {
  readonly #knex: Knex
  readonly #contents: Pick<ContentStore, 'get'>
  readonly #hostPoints: Readonly<Record<string, object>>
  readonly #held = new Map<string, Promise<ValidateFunction>>()

  constructor({ knex, contents, hostPoints }: Ports) {
    this.#knex = knex
    this.#contents = contents
    this.#hostPoints = hostPoints
  }

  /** @returns nothing where the value fits; undefined for a point that is not the host's own */
  hostFaults(point: string, value: unknown): InputFault[] | undefined {
    if (!Object.hasOwn(this.#hostPoints, point)) return undefined
    const validate = contractCompiler().compile(this.#hostPoints[point] as object)
    return validate(value) === true ? [] : [...faultsOf(validate)]
  }

  /** @returns nothing where the value fits. @throws when the version does not declare the point */
  async faults(owner: InstalledVersion, point: string, value: unknown): Promise<InputFault[]> {
    const validate = await this.#validator(owner, point)
    return validate(value) === true ? [] : [...faultsOf(validate)]
  }

  #validator(owner: InstalledVersion, point: string): Promise<ValidateFunction> {
    const key = `${owner.plugin}@${owner.version}\n${point}`
    const held = this.#held.get(key)
    if (held !== undefined) return held
    if (this.#held.size >= MAX_HELD) this.#held.clear()
    const reading = this.#read(owner, point)
    this.#held.set(key, reading)
    reading.catch(() => this.#held.delete(key))
    return reading
  }

  async #read(
    { plugin, version, manifest }: InstalledVersion,
    point: string,
  ): Promise<ValidateFunction> {
    const path = manifest.provides?.extensionPoints?.find(({ id }) => id === point)?.schema
    const files = await listFiles(this.#knex, plugin, version)
    const sha256 = files.find((file) => file.path === path)?.sha256
    const bytes = sha256 === undefined ? undefined : await this.#contents.get(sha256)
    if (bytes === undefined) throw new Error(`${plugin}@${version} has no schema for ${point}`)
    const schema: unknown = JSON.parse(bytes.toString('utf8'))
    // Checked at the import; a host that checked less may have stored it.
    if (schemaFaults(schema).length > 0) {
      throw new Error(`the schema of ${point} in ${plugin}@${version} cannot be used`)
    }
    return contractCompiler().compile(schema as object)
  }
}
