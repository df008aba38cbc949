import { type SensitiveFields, sensitiveFields } from '@signalbox/sdk/sensitive'
import type { Knex } from 'knex'
import { findInstallation, listFiles } from '../registry/registry-store.ts'
import type { ContentStore } from '../storage/content-store.ts'

/** Versions whose marks are held: what fails or is sampled at one time is far fewer. */
const MAX_HELD = 500

/** Reads what the schemas of settings mark. A version is immutable, so each is read once. */
export class ConfigMarks {
  readonly #knex: Knex
  readonly #contents: ContentStore
  readonly #held = new Map<string, SensitiveFields | undefined>()

  constructor({ knex, contents }: { knex: Knex; contents: ContentStore }) {
    this.#knex = knex
    this.#contents = contents
  }

  /** @throws when it cannot be known, as the version is gone; it is asked again then. */
  async of(plugin: string, version: string): Promise<SensitiveFields | undefined> {
    const key = `${plugin}@${version}`
    if (this.#held.has(key)) return this.#held.get(key)
    const marks = await this.#read(plugin, version)
    if (this.#held.size >= MAX_HELD) this.#held.clear()
    this.#held.set(key, marks)
    return marks
  }

  async #read(plugin: string, version: string): Promise<SensitiveFields | undefined> {
    const installation = await findInstallation(this.#knex, plugin, version)
    if (installation === undefined) throw unknownMarks(plugin, version)
    const path = installation.manifest.config
    if (path === undefined) return undefined
    const files = await listFiles(this.#knex, plugin, version)
    const file = files.find((one) => one.path === path)
    const bytes = file === undefined ? undefined : await this.#contents.get(file.sha256)
    if (bytes === undefined) throw unknownMarks(plugin, version)
    return sensitiveFields(JSON.parse(bytes.toString('utf8')))
  }
}

/** Settings of which nobody knows any more what is secret in them are not kept at all. */
function unknownMarks(plugin: string, version: string): Error {
  return new Error(`What the settings of ${plugin}@${version} mark is not known: it is gone`)
}
