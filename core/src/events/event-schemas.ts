import { contractCompiler } from '@signalbox/sdk/contract'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { Knex } from 'knex'
import { listFiles, type StoredFile } from '../registry/registry-store.ts'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'
import { declarationOf } from './event-types.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
}

/** Schemas of the events that versions declare, compiled when the first event of a type comes. */
export class EventSchemas {
  readonly #ports: Ports
  /** Kept as long as the routing table keeps the version. */
  readonly #known = new WeakMap<InstalledVersion, Map<string, Promise<ValidateFunction>>>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns what checks the data of the type; undefined where the version does not declare it */
  of(version: InstalledVersion, type: string): Promise<ValidateFunction> | undefined {
    const path = declarationOf(version.manifest, type)?.schema
    if (path === undefined) return undefined
    const schemas = this.#known.get(version) ?? new Map<string, Promise<ValidateFunction>>()
    this.#known.set(version, schemas)
    const schema = schemas.get(path) ?? this.#compile(version, path)
    schemas.set(path, schema)
    // An outage is not kept.
    schema.catch(() => schemas.delete(path))
    return schema
  }

  async #compile({ plugin, version }: InstalledVersion, path: string): Promise<ValidateFunction> {
    const { knex, contents } = this.#ports
    const files: readonly StoredFile[] = await listFiles(knex, plugin, version)
    const file = files.find((one) => one.path === path)
    const bytes = file === undefined ? undefined : await contents.get(file.sha256)
    if (bytes === undefined) throw new Error(`${plugin}@${version} has no file ${path}`)
    return contractCompiler().compile(JSON.parse(bytes.toString('utf8')))
  }
}
