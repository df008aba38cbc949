import type { Statement } from '@signalbox/sdk'
import { contractOf } from '../envelopes/change.ts'
import type { Envelope } from '../envelopes/envelope.ts'
import { millionths } from '../routing/decimal.ts'

const MOST_PARTIES = 20

/** Who is bound: organisations where signers name theirs, else the signers themselves; each once. */
function partiesOf({ recipients }: Envelope): readonly string[] {
  const bound = recipients.filter(
    ({ kind, state }) => (kind === 'signer' || kind === 'seal') && state === 'signed',
  )
  return [...new Set(bound.map(({ organisation, name }) => organisation ?? name))].slice(
    0,
    MOST_PARTIES,
  )
}

/** What the register keeps of a completed envelope; undefined where its template makes no contract. */
export function contractStatement(
  tenant: string,
  envelope: Envelope,
  today: string,
): Statement | undefined {
  const id = contractOf(envelope)
  if (id === undefined) return undefined
  const { contract = {}, values, title, createdBy, completedAt = null } = envelope
  const text = (field: string | undefined) => {
    const value = field === undefined ? undefined : values[field]
    return value === undefined || value === '' ? null : String(value)
  }
  const amount = text(contract.amount)
  const currency = text(contract.currency)
  return {
    sql: `insert into contracts (tenant, contract, envelope, title, parties, amount, currency, starts_on, ends_on, owner, terms,
        signed_at, revision)
      values ($1, $2, $3, $4, $5, $6::numeric, $7, $8::date, $9::date, $10, '[]', $11, 1) on conflict do nothing`,
    parameters: [
      ...[tenant, id, envelope.envelope, title, [...partiesOf(envelope)]],
      amount !== null && millionths(amount) !== undefined ? amount : null,
      currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : null,
      ...[text(contract.startsOn) ?? today, text(contract.endsOn), createdBy, completedAt],
    ],
  }
}
