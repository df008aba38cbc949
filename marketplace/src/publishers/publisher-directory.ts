import type { Knex } from 'knex'
import { parsePackageName } from '../packages/package-name.ts'
import { findHead } from '../packages/package-store.ts'
import { findPublisherByToken, findScopeHolder, hasPublisher } from './publisher-store.ts'
import { hashToken, isPublisherToken } from './token.ts'
import { isNarrowed } from './token-limits.ts'

/** Who publishers are and what is theirs, without HTTP: for a host that has something to tell an author. */
export class PublisherDirectory {
  readonly #knex: Knex
  readonly #now: () => number

  constructor({ knex, now }: { knex: Knex; now: () => number }) {
    this.#knex = knex
    this.#now = now
  }

  has(publisher: string): Promise<boolean> {
    return hasPublisher(this.#knex, publisher)
  }

  /**
   * A narrowed token is for the registry alone: a host cannot know which of its own things the limits would cover.
   * @returns the publisher whose whole token this is and is valid now
   */
  async byToken(token: string): Promise<string | undefined> {
    if (!isPublisherToken(token)) return undefined
    const at = new Date(this.#now())
    const found = await findPublisherByToken(this.#knex, hashToken(token), at)
    return found === undefined || isNarrowed(found.limits) ? undefined : found.publisher
  }

  /** @returns who may publish versions of the package: its scope's holder, or who published it first */
  async holderOf(packageName: string): Promise<string | undefined> {
    const { scope } = parsePackageName(packageName)
    if (scope !== undefined) return findScopeHolder(this.#knex, scope)
    return (await findHead(this.#knex, packageName))?.owner
  }
}
