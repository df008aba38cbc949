import { type CodedError, isCodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { Caller } from '../identity/identity-service.ts'
import { isCovered } from '../updates/update-decision.ts'
import { type AutomaticPlugin, listAutomatic } from '../updates/update-store.ts'
import type { Marketplace } from './federation-store.ts'
import type { MirrorService } from './mirror-service.ts'
import { putRefusal } from './told-version-store.ts'
import { wantedVersion } from './wanted-version.ts'

interface Ports {
  readonly knex: Knex
  readonly mirrors: Pick<MirrorService, 'standing' | 'take'>
  readonly now: () => number
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
   * @param isOver asked before each version
   * @throws CORE_MARKETPLACE_UNREACHABLE and whatever is said against the marketplace; a version that is refused keeps no other
   */
  async bring(
    marketplace: Marketplace,
    scopes: readonly string[],
    isOver: () => boolean,
  ): Promise<void> {
    for (const automatic of await listAutomatic(this.#ports.knex, scopes)) {
      if (isOver()) return
      await this.#bringFor(marketplace, automatic)
    }
  }

  async #bringFor(
    marketplace: Marketplace,
    { plugin, mode, stable }: AutomaticPlugin,
  ): Promise<void> {
    const { knex, mirrors, now } = this.#ports
    const standing = await mirrors.standing(marketplace, plugin)
    const covers = (version: string) => isCovered(mode, stable, version)
    const version = standing && wantedVersion(standing, covers)
    if (version === undefined) return
    try {
      await mirrors.take(caller, marketplace, plugin, version)
    } catch (error) {
      if (!isCodedError(error) || !isOfVersion(error)) throw error
      // It is here now; who decides on it is told by the queue.
      if (error.code === 'CORE_VERSION_WAITS_FOR_REVIEW') return
      const message = { en: error.message, 'zh-CN': error.localizedMessage('zh-CN') }
      const refusal = { at: now(), code: error.code, message }
      await putRefusal(knex, marketplace.name, { name: plugin, version }, refusal)
    }
  }
}

/** And not of the marketplace, or of an outage here: then it is tried again at the next look. */
function isOfVersion({ code, status }: CodedError): boolean {
  const isOfMarketplace =
    code.startsWith('CORE_MARKETPLACE_') || code === 'CORE_PACKAGE_INDEX_REFUSED'
  return status < 500 && !isOfMarketplace
}
