import { marketplaceErrors } from '../errors.ts'
import { packageNotFound } from '../packages/change-package.ts'
import type { PackageName } from '../packages/package-name.ts'
import { listShown } from '../packages/version-standing-store.ts'
import type { AccountPorts } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { lockPublisher } from '../publishers/publisher-store.ts'
import { requireCovered } from '../publishers/require-whole.ts'
import { addStar, listStars, removeStar } from './star-store.ts'

/** A list of favourites that somebody can still read. */
const MAX_STARS = 1000

/** Favourites of publishers: nobody's package changes by them, and so no revision does. */
export class StarService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  /** @throws `MKT_PACKAGE_NOT_FOUND`, `MKT_STARS_FULL`, `MKT_TOKEN_NARROWED` */
  async set(actor: Actor, starred: PackageName, isStarred: boolean) {
    requireCovered(actor, starred)
    const [publisher, name] = [actor.name, starred.full]
    await this.#ports.knex.transaction(async (trx) => {
      if (!isStarred) return removeStar(trx, { publisher, name })
      if ((await listShown(trx, name)).length === 0) throw packageNotFound(name)
      await lockPublisher(trx, publisher)
      const stars = await listStars(trx, publisher, MAX_STARS)
      if (stars.length >= MAX_STARS && !stars.includes(name)) {
        throw marketplaceErrors.create('STARS_FULL', { publisher, limit: MAX_STARS })
      }
      await addStar(trx, { publisher, name, at: new Date(this.#ports.now()) })
    })
  }

  list(publisher: string): Promise<readonly string[]> {
    return listStars(this.#ports.knex, publisher, MAX_STARS)
  }
}
