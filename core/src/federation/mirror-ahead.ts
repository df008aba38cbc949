import type { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { Caller } from '../identity/identity-service.ts'
import { isCovered } from '../updates/update-decision.ts'
import { type AutomaticPlugin, listAutomatic } from '../updates/update-store.ts'
import type { Marketplace } from './federation-store.ts'
import type { MirrorService } from './mirror-service.ts'
import { putRefusal } from './told-version-store.ts'
import { nextWantedAt, wantedVersion } from './wanted-version.ts'
import { whoseFault } from './whose-fault.ts'

interface Ports {
  readonly knex: Knex
  readonly mirrors: Pick<MirrorService, 'standing' | 'take'>
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

interface Brought {
  /** The first that is said against the marketplace; what is said against a version is kept with it. */
  readonly failure: CodedError | undefined
  /** When one is wanted that is not by now, in milliseconds since the epoch; undefined: none is known of. */
  readonly nextAt: number | undefined
}

/** As the automation is called in the audit. */
const caller: Caller = { actor: 'updates', traceId: null }

/**
 * Takes what automatic updates wait for: who left a plugin's patches to the host does not ask for each of them to be
 * mirrored first. Whether it is rolled out is decided as for any version that is here. One version of a plugin at a look.
 */
export class MirrorAhead {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * One that cannot be taken keeps no other, unless it would be the same for each.
   * @param isOver asked before each version
   */
  async bring(
    marketplace: Marketplace,
    scopes: readonly string[],
    isOver: () => boolean,
  ): Promise<Brought> {
    const { knex, log } = this.#ports
    let failure: CodedError | undefined
    let nextAt: number | undefined
    for (const automatic of await listAutomatic(knex, scopes)) {
      if (isOver()) break
      const { plugin } = automatic
      try {
        const at = await this.#bringFor(marketplace, automatic)
        if (at !== undefined) nextAt = Math.min(nextAt ?? at, at)
      } catch (err) {
        const fault = whoseFault(err, plugin)
        if (fault !== 'own') failure ??= err as CodedError
        else log.warn({ err, plugin }, 'an update could not be taken; it is tried again')
        if (fault === 'all') break
      }
    }
    return { failure, nextAt }
  }

  /** @returns when another version of it is wanted */
  async #bringFor(
    marketplace: Marketplace,
    { plugin, mode, stable }: AutomaticPlugin,
  ): Promise<number | undefined> {
    const standing = await this.#ports.mirrors.standing(marketplace, plugin)
    if (standing === undefined) return undefined
    const covers = (version: string) => isCovered(mode, stable, version)
    const version = wantedVersion(standing, covers)
    if (version === undefined) return nextWantedAt(standing, covers)
    await this.#take(marketplace, plugin, version)
    return nextWantedAt({ ...standing, here: [...standing.here, version] }, covers)
  }

  async #take(marketplace: Marketplace, plugin: string, version: string): Promise<void> {
    const { knex, mirrors, now } = this.#ports
    try {
      await mirrors.take(caller, marketplace, plugin, version)
    } catch (error) {
      if (whoseFault(error, plugin) !== 'version') throw error
      const refused = error as CodedError
      // It is here now; who decides on it is told by the queue.
      if (refused.code === 'CORE_VERSION_WAITS_FOR_REVIEW') return
      const message = { en: refused.message, 'zh-CN': refused.localizedMessage('zh-CN') }
      const refusal = { at: now(), code: refused.code, message }
      await putRefusal(knex, marketplace.name, { name: plugin, version }, refusal)
    }
  }
}
