import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import type { DataFolder } from '../storage/data-folder.ts'
import { type HostKey, KeyFileUnusable, readKeyFile } from './key-file.ts'
import { wrappingKey } from './sealing.ts'
import type { WrappingKeys } from './tenant-keys.ts'

/** In the data folder, never in the database whose contents it seals. */
const OWN_FILE = 'host-key'

interface KeySettings {
  readonly keyFile: string | null
  readonly databaseUrl: string | null
}

interface Source {
  readonly file: string
  /** How a refusal names it. */
  readonly setting: string
}

/** The keys of this host, from a file that may change while the host runs. */
export class HostKeys {
  readonly #source: Source | undefined
  readonly #known = new Map<string, HostKey>()

  /** @param source undefined: there are none, and nothing is sealed */
  constructor(source: Source | undefined) {
    this.#source = source
  }

  /** Whether this host can keep a secret, and so sign. */
  get arePresent(): boolean {
    return this.#source !== undefined
  }

  /** Derived for one purpose: what is sealed for it opens for no other. */
  for(purpose: string): WrappingKeys {
    const derived = ({ id, secret }: HostKey) => ({ id, key: wrappingKey(secret, purpose) })
    return {
      // Read again each time: it is asked when a data key is made or wrapped again, which is seldom.
      newest: async () => derived((await this.read())[0] as HostKey),
      byId: async (id) => derived(await this.#byId(id)).key,
    }
  }

  /** @throws CORE_KEY_FILE_UNUSABLE, CORE_HOST_KEY_ABSENT */
  async read(): Promise<readonly HostKey[]> {
    if (this.#source === undefined) throw coreErrors.create('HOST_KEY_ABSENT')
    const { file, setting } = this.#source
    try {
      const keys = await readKeyFile(file)
      for (const key of keys) this.#known.set(key.id, key)
      return keys
    } catch (error) {
      if (!(error instanceof KeyFileUnusable)) throw error
      throw coreErrors.create('KEY_FILE_UNUSABLE', { setting, reason: error.message })
    }
  }

  async #byId(id: string): Promise<HostKey> {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const read = (await this.read()).find((key) => key.id === id)
    if (read === undefined) throw coreErrors.create('HOST_KEY_MISSING', { key: id })
    return read
  }
}

/**
 * The operator's file, or one of the host's own. A host on somebody's PostgreSQL may be one of several: a key of
 * its own would be of no use to the others, and lost with its folder.
 * @throws CORE_KEY_FILE_UNUSABLE: a host that could not open its secrets does not start
 */
export async function openHostKeys(
  { keyFile, databaseUrl }: KeySettings,
  folder: DataFolder,
  log: { warn(message: string): void },
): Promise<HostKeys> {
  if (keyFile !== null) {
    const keys = new HostKeys({ file: keyFile, setting: 'SIGNALBOX_KEY_FILE' })
    await keys.read()
    return keys
  }
  if (databaseUrl !== null) {
    log.warn('no secret can be stored: a host on DATABASE_URL needs SIGNALBOX_KEY_FILE')
    return new HostKeys(undefined)
  }
  await folder.keptSecret(OWN_FILE)
  const keys = new HostKeys({ file: join(folder.path, OWN_FILE), setting: OWN_FILE })
  await keys.read()
  return keys
}
