import type { Knex } from 'knex'
import { marketplaceErrors } from '../../errors.ts'
import { parsePackageName } from '../../packages/package-name.ts'
import { findHead } from '../../packages/package-store.ts'
import type { AccountPorts, AuditEntry } from '../../ports.ts'
import type { Actor } from '../../publishers/actor.ts'
import { authorizeChange } from '../../publishers/authorize-change.ts'
import { requireOperator } from '../../publishers/require-whole.ts'
import { hideRating, setAnswer, showRating } from './rating-store.ts'

export interface RatingRequest {
  readonly actor: Actor
  readonly name: string
  readonly id: string
  readonly traceId: string
}

/** What others do with a tenant's rating; the tenant itself writes by the host's own face. */
export class RatingService {
  readonly #ports: Pick<AccountPorts, 'knex' | 'now' | 'audit'>

  constructor(ports: Pick<AccountPorts, 'knex' | 'now' | 'audit'>) {
    this.#ports = ports
  }

  /** As the publisher of the package. */
  async answer(request: RatingRequest, text: string): Promise<void> {
    const { actor, name, id } = request
    const at = new Date(this.#ports.now())
    await this.#change(request, 'package-rating.answered', {}, async (trx) => {
      const owner = (await findHead(trx, name))?.owner
      await authorizeChange(trx, actor, parsePackageName(name), owner)
      return setAnswer(trx, { name, id }, { text, at })
    })
  }

  /** As the operator. */
  async hide(request: RatingRequest, reason: string): Promise<void> {
    const { actor, name, id } = request
    requireOperator(actor)
    await this.#change(request, 'package-rating.hidden', { reason }, (trx) =>
      hideRating(trx, { name, id }, { reason, by: actor.name }),
    )
  }

  /** As the operator: it counts again. What was hidden for a word of it stays hidden when it is written anew, until then. */
  async show(request: RatingRequest): Promise<void> {
    const { actor, name, id } = request
    requireOperator(actor)
    await this.#change(request, 'package-rating.shown', {}, (trx) => showRating(trx, { name, id }))
  }

  async #change(
    { actor, name, id, traceId }: RatingRequest,
    action: AuditEntry['action'],
    details: object,
    work: (trx: Knex.Transaction) => Promise<boolean>,
  ): Promise<void> {
    const { knex, audit } = this.#ports
    await knex.transaction(async (trx) => {
      if (!(await work(trx))) {
        throw marketplaceErrors.create('RATING_NOT_FOUND', { package: name, rating: id })
      }
      const entry = { actor: actor.name, action, subject: name, traceId }
      await audit?.({ ...entry, details: { rating: id, ...details } }, trx)
    })
  }
}
