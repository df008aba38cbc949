import type { Knex } from 'knex'
import { listFiles } from '../registry/registry-store.ts'
import { type InstalledVersion, versionKey } from '../rollout/routing/snapshot.ts'
import { FOLDER } from './ui-types.ts'

export interface UiFile {
  readonly path: string
  readonly sha256: string
  readonly size: number
}

/** Versions whose lists this node holds; what is asked for in vain then costs no database. */
const MAX_HELD = 100

/** Which files of a version's user interface there are. */
export class UiFiles {
  readonly #knex: Knex
  readonly #held = new Map<string, Promise<ReadonlyMap<string, UiFile>>>()

  constructor(knex: Knex) {
    this.#knex = knex
  }

  async find(of: InstalledVersion, path: string): Promise<UiFile | undefined> {
    return (await this.#list(of)).get(path)
  }

  #list(of: InstalledVersion): Promise<ReadonlyMap<string, UiFile>> {
    const key = versionKey(of.plugin, of.version)
    const held = this.#held.get(key)
    if (held !== undefined) return held
    const reading = this.#read(of)
    this.#held.set(key, reading)
    reading.catch(() => this.#held.delete(key))
    const [oldest] = this.#held.keys()
    if (this.#held.size > MAX_HELD) this.#held.delete(oldest as string)
    return reading
  }

  async #read({ plugin, version }: InstalledVersion): Promise<ReadonlyMap<string, UiFile>> {
    const files = await listFiles(this.#knex, plugin, version)
    return new Map(
      files
        .filter(({ path }) => path.startsWith(`${FOLDER}/`))
        .map(({ path, sha256, size }) => [path, { path, sha256, size }]),
    )
  }
}
