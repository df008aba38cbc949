import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { MarketplaceOptions } from '../ports.ts'
import { chosenStates } from '../review/version-states.ts'
import { changePackage, type PackageChange, packageNotFound } from './change-package.ts'
import { listDistTags, setDistTag } from './dist-tag-store.ts'
import { deprecationsIn, nextLatest, refusalToUnpublish, removedFrom } from './packument-change.ts'
import {
  listShown,
  type ShownVersion,
  setDeprecation,
  withdrawVersions,
} from './version-standing-store.ts'

type Ports = Omit<MarketplaceOptions, 'pages' | 'publicUrl'>

/** Versions that nobody should use any more: `npm deprecate` and `npm unpublish`. */
export class WithdrawalService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @param body the packument as npm sends it back. @throws `MKT_INPUT_INVALID` and those of `changePackage` */
  async deprecate(change: PackageChange, body: Readonly<Record<string, unknown>>): Promise<void> {
    const name = change.name.full
    await changePackage(this.#ports, change, async (trx) => {
      // A yanked one is shown as deprecated as well, in the words of who yanked it: those are no change.
      const changed = deprecationsIn(body, await listShown(trx, name, chosenStates))
      for (const deprecation of changed) await setDeprecation(trx, { name, ...deprecation })
      if (changed.length === 0) return undefined
      const details = {
        versions: changed.map(({ version }) => version),
        message: changed[0]?.message ?? null,
      }
      return { action: 'package.deprecated', details }
    })
  }

  /** @param body the packument without them. @throws `MKT_UNPUBLISH_REFUSED` and those of `changePackage` */
  async unpublishMissing(
    change: PackageChange,
    body: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.#unpublish(change, (shown) => removedFrom(body, shown))
  }

  /** @throws `MKT_UNPUBLISH_REFUSED` and those of `changePackage` */
  async unpublishAll(change: PackageChange): Promise<void> {
    await this.#unpublish(change, (shown) => shown.map(({ version }) => version))
  }

  /**
   * npm's last step of three: what the first step withdrew has no tarball any more, and there is nothing left to do.
   * @throws `MKT_UNPUBLISH_REFUSED` when the version is still shown
   */
  async forgetTarball(change: PackageChange, version: string): Promise<void> {
    await changePackage(this.#ports, change, async (trx) => {
      const shown = await listShown(trx, change.name.full)
      if (shown.every((one) => one.version !== version)) return undefined
      throw refused(`${change.name.full}@${version}`, 'its packument still lists it')
    })
  }

  async #unpublish(
    change: PackageChange,
    choose: (shown: readonly ShownVersion[]) => readonly string[],
  ): Promise<void> {
    const name = change.name.full
    await changePackage(this.#ports, change, async (trx, _head, at) => {
      const shown = await listShown(trx, name)
      if (shown.length === 0) throw packageNotFound(name)
      const versions = choose(shown)
      if (versions.length === 0) return undefined
      await this.#requireWithdrawable(
        trx,
        name,
        shown.filter((one) => versions.includes(one.version)),
      )
      await withdrawVersions(trx, { name, versions, at })
      const left = shown.map(({ version }) => version).filter((one) => !versions.includes(one))
      await keepLatest(trx, name, left)
      return { action: 'package.unpublished', details: { versions } }
    })
  }

  async #requireWithdrawable(
    trx: Knex.Transaction,
    name: string,
    versions: readonly ShownVersion[],
  ): Promise<void> {
    for (const { version, publishedAt } of versions) {
      const isInstalled = await this.#ports.isInstalled(name, version, trx)
      const reason = refusalToUnpublish({ publishedAt, isInstalled }, this.#ports.now())
      if (reason !== undefined) throw refused(`${name}@${version}`, reason)
    }
  }
}

/** npm's clients cannot read a package without `latest`. */
async function keepLatest(trx: Knex.Transaction, name: string, left: readonly string[]) {
  const version = nextLatest(left)
  if (version === undefined || Object.hasOwn(await listDistTags(trx, name), 'latest')) return
  await setDistTag(trx, { name, tag: 'latest', version })
}

function refused(spec: string, reason: string): Error {
  return marketplaceErrors.create('UNPUBLISH_REFUSED', { package: spec, reason })
}
