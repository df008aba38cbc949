import type { Knex } from 'knex'
import { recordChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { canonicalJson } from '../sealing/canonical-json.ts'
import type { HostSigner } from '../sealing/host-signer.ts'
import { differences, type Statement, statementOf, type Usage } from './statement.ts'
import {
  type ClosedStatement,
  findStatement,
  insertStatement,
  listStatements,
  lockParty,
  readUsed,
  scopesOf,
  type Whose,
} from './statement-store.ts'
import { listGaps, sumUnknown } from './usage-query-store.ts'

export const STATEMENT_TYPE = 'signalbox-usage-statement+jws'

/** What nodes have not sent by then is late, and stands in the next statement. */
const GRACE_MS = 6 * 3_600_000

/** A count may be late by so many statements. */
const CORRECTED = 12

interface Ports {
  readonly knex: Knex
  readonly signer: Pick<HostSigner, 'sign'>
  /** Milliseconds since the epoch by PostgreSQL's clock: no node closes a month early because its own is wrong. */
  readonly now: () => number
}

export type Party = { readonly tenant: string } | { readonly publisher: string }

/** Monthly statements. One that is closed is kept as it was signed, and never changes. */
export class StatementService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * The first to ask after the month's end closes it.
   * @param month `2026-06`, in UTC
   * @throws CORE_STATEMENT_TOO_EARLY, CORE_HOST_KEY_ABSENT
   */
  async close(caller: Caller, party: Party, month: string): Promise<ClosedStatement> {
    const { knex, signer, now } = this.#ports
    const name = partyName(party)
    const known = await findStatement(knex, name, month)
    if (known !== undefined) return known
    if (now() < Date.parse(spanOf(month).to) + GRACE_MS) {
      throw coreErrors.create('STATEMENT_TOO_EARLY', { month })
    }
    const tenant = 'tenant' in party ? party.tenant : null
    const change = { ...caller, action: 'usage.stated', subject: `${name} ${month}`, tenant }
    return knex.transaction(async (trx) => {
      await lockParty(trx, name)
      const meanwhile = await findStatement(trx, name, month)
      // Whoever was first has closed it, and is in the audit.
      if (meanwhile !== undefined) return meanwhile
      const body = canonicalJson(await this.#stated(trx, party, month))
      const jws = await signer.sign(STATEMENT_TYPE, JSON.parse(body))
      const closed = { party: name, month, body, jws }
      await insertStatement(trx, closed)
      await recordChange(trx, change, null)
      return closed
    })
  }

  /** What stands so far of a month that is not closed: neither signed nor kept. */
  draft(party: Party, month: string): Promise<Statement> {
    return this.#stated(this.#ports.knex, party, month)
  }

  async #stated(knex: Knex, party: Party, month: string): Promise<Statement> {
    const whose: Whose =
      'tenant' in party
        ? { tenant: party.tenant }
        : { scopes: await scopesOf(knex, party.publisher) }
    const span = spanOf(month)
    const used = await readUsed(knex, whose, { month, ...span })
    const corrections = await this.#corrections(knex, whose, partyName(party), month)
    // What a lost node had reserved is between it and the tenants: a publisher is told the gaps alone.
    const unknown =
      'tenant' in party ? await sumUnknown(knex, { tenant: party.tenant, ...span }) : []
    const gaps = await listGaps(knex, span)
    return statementOf(partyName(party), month, { used, corrections, gaps, unknown })
  }

  async #corrections(
    knex: Knex,
    whose: Whose,
    party: string,
    before: string,
  ): Promise<readonly Usage[]> {
    const closed = (await listStatements(knex, party, 2 * CORRECTED)).map(
      ({ body }) => JSON.parse(body) as Statement,
    )
    const earlier = closed.filter(({ month }) => month < before).slice(0, CORRECTED)
    const found: Usage[] = []
    for (const { month } of earlier) {
      const said = closed.flatMap(({ lines, corrections }) =>
        [...lines, ...corrections].filter((line) => line.month === month),
      )
      const used = await readUsed(knex, whose, { month, ...spanOf(month) })
      found.push(...differences(used, said))
    }
    return found
  }
}

function partyName(party: Party): string {
  return 'tenant' in party ? `tenant:${party.tenant}` : `publisher:${party.publisher}`
}

/** From its first moment, before that of the next, in UTC. */
function spanOf(month: string): { readonly from: string; readonly to: string } {
  const [year, index] = month.split('-').map(Number) as [number, number]
  const at = (months: number) => new Date(Date.UTC(year, index - 1 + months)).toISOString()
  return { from: at(0), to: at(1) }
}
