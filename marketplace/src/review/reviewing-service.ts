import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { hasPublisher } from '../publishers/publisher-store.ts'
import type { PublisherRole, ReviewPolicy } from './review-policy.ts'
import { giveRole, readPolicy, takeRole, writePolicy } from './review-store.ts'

export type PolicyWish = Omit<ReviewPolicy, 'minimumReleaseAgeHours'> &
  Partial<Pick<ReviewPolicy, 'minimumReleaseAgeHours'>>

interface By {
  readonly actor: Actor
  readonly traceId: string
}

/** The operator's part: by what policy versions are reviewed, and who reviews or is trusted. */
export class ReviewingService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  policy(): Promise<ReviewPolicy> {
    return readPolicy(this.#ports.knex)
  }

  /** @param wish what it leaves out stays */
  async setPolicy(wish: PolicyWish, { actor, traceId }: By): Promise<void> {
    const { knex, now, audit } = this.#ports
    await knex.transaction(async (trx) => {
      const before = await readPolicy(trx)
      const { minimumReleaseAgeHours = before.minimumReleaseAgeHours } = wish
      const policy = { ...wish, minimumReleaseAgeHours }
      await writePolicy(trx, policy, new Date(now()))
      const details = { before, after: policy }
      const subject = 'review-policy'
      const action = 'review-policy.changed'
      await audit?.({ actor: actor.name, action, subject, traceId, details }, trx)
    })
  }

  /** To repeat it is harmless, and told once. @throws `MKT_PUBLISHER_NOT_FOUND` */
  async setRole(publisher: string, role: PublisherRole, isGiven: boolean, by: By): Promise<void> {
    const { knex, now, audit } = this.#ports
    await knex.transaction(async (trx) => {
      if (!(await hasPublisher(trx, publisher))) {
        throw marketplaceErrors.create('PUBLISHER_NOT_FOUND', { publisher })
      }
      const isChanged = isGiven
        ? await giveRole(trx, { publisher, role, at: new Date(now()) })
        : await takeRole(trx, publisher, role)
      if (!isChanged) return
      const action = isGiven ? 'publisher-role.given' : 'publisher-role.taken'
      const { actor, traceId } = by
      const entry = { actor: actor.name, subject: publisher, traceId, details: { role } }
      await audit?.({ ...entry, action }, trx)
    })
  }
}
