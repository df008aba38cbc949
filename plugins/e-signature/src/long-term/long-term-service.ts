import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { cursorInvalid } from '../calls/page-place.ts'
import { type Crl, readCrl } from '../certificates/crl.ts'
import { readOrNothing } from '../der/malformed.ts'
import { decodeBase64 } from '../encoding/base64.ts'
import { requireEnvelope } from '../envelopes/envelope-store.ts'
import type { Level } from '../policies/policy.ts'
import { proofFaultOf, proofFaults } from './proof-faults.ts'
import { tryAgain } from './proof-store.ts'
import { keepAnswer, MAX_ANSWER_BYTES } from './revocation-store.ts'

interface StandingRow {
  readonly envelope: string
  readonly title: string
  readonly document: string
  readonly name: string
  readonly level: Level | null
  readonly wanted: Level
  readonly is_open: boolean
  readonly reason: string | null
  readonly message: string | null
  readonly attempts: number | null
  readonly due_at: string | null
  readonly protected_until: string | null
}

interface ListInput {
  readonly limit?: number
  readonly cursor?: string
}

/** Documents below the level of their policy, and such that could not be protected anew, each with its reason. */
async function longTermProofs({ limit = 50, cursor = ' ' }: ListInput, ctx: Context) {
  const [envelope = '', document, more] = cursor.split(' ')
  if (document === undefined || more !== undefined) throw cursorInvalid()
  const { rows } = await ctx.db.query<StandingRow>(
    `select e.envelope, e.title, d.document, d.details ->> 'name' as name, d.details ->> 'level' as level,
        e.details -> 'policy' ->> 'level' as wanted, e.state in ('sent', 'partly-signed') as is_open,
        p.reason, p.message, p.attempts, p.due_at, p.protected_until
      from envelopes e
      join envelope_documents d on d.tenant = e.tenant and d.envelope = e.envelope
      left join document_proofs p on p.tenant = d.tenant and p.envelope = d.envelope and p.document = d.document
      where e.tenant = $1 and (e.envelope, d.document) > ($2, $3)
        and e.envelope in (select envelope from envelopes where tenant = $1 and has_upgrades
          union select envelope from document_proofs where tenant = $1 and reason is not null)
        and (e.details -> 'upgrades' @> to_jsonb(d.document) or p.reason is not null)
      order by e.envelope, d.document limit $4`,
    [ctx.tenant, envelope, document, limit + 1],
  )
  const items = rows.slice(0, limit).map(shown)
  const last = items.at(-1)
  return rows.length > limit && last !== undefined
    ? { items, next: `${last.envelope} ${last.document}` }
    : { items }
}

function shown(row: StandingRow) {
  const { envelope, title, document, name, level, wanted, is_open: isOpen } = row
  const { reason, message, attempts, due_at: due, protected_until: until } = row
  const code = isOpen ? 'SIGNERS_LEFT' : reason === null ? 'NOT_TRIED' : proofFaultOf(reason)
  return {
    ...{ envelope, title, document, name, level: level ?? 'B-B', wanted },
    ...{ reason: code, text: proofFaults[code], attempts: attempts ?? 0 },
    ...(message === null || isOpen ? {} : { message }),
    ...(due === null ? {} : { nextTryAt: new Date(due).toISOString() }),
    ...(until === null ? {} : { protectedUntil: new Date(until).toISOString() }),
  }
}

/** A list that an admin has from elsewhere; who signed it is looked at when it is to prove something. */
async function provideRevocation({ content }: { readonly content: string }, ctx: Context) {
  const crl = readList(content)
  const { thisUpdate, nextUpdate, scope } = crl
  if (
    nextUpdate === undefined ||
    scope === 'delta' ||
    scope === 'indirect' ||
    scope === 'unknown'
  ) {
    throw new Refusal(
      'REVOCATION_UNUSABLE',
      'Only a whole list of one issuer that says until when it holds proves anything.',
    )
  }
  if (nextUpdate < ctx.now()) {
    throw new Refusal(
      'REVOCATION_UNUSABLE',
      `The list held until ${new Date(nextUpdate).toISOString()}: give the newest.`,
    )
  }
  const issuer = crl.issuer.text.slice(0, 1000)
  const from = { address: null, by: actorOf(ctx) }
  const sha256 = await keepAnswer(ctx, { kind: 'crl', crl, issuer }, from)
  await tryAgain(ctx)
  return {
    ...{ issuer, sha256, revoked: crl.revoked.size },
    thisUpdate: new Date(thisUpdate).toISOString(),
    nextUpdate: new Date(nextUpdate).toISOString(),
  }
}

/** DER in base64, or PEM. */
function readList(content: string): Crl {
  const bytes = decodeBase64(content.replaceAll(/-----(BEGIN|END) X509 CRL-----|\s/g, ''))
  if (bytes === undefined || bytes.length === 0 || bytes.length > MAX_ANSWER_BYTES) {
    throw new Refusal(
      'REVOCATION_INVALID',
      `Send a list of at most ${MAX_ANSWER_BYTES} bytes, in base64 or PEM.`,
    )
  }
  const crl = readOrNothing(() => readCrl(bytes))
  if (crl !== undefined) return crl
  throw new Refusal('REVOCATION_INVALID', 'It is no list of revoked certificates (RFC 5280).')
}

/** What failed is tried again by the next run of the job, instead of after its time. */
async function retryProofs({ envelope }: { readonly envelope?: string }, ctx: Context) {
  if (envelope !== undefined) await requireEnvelope(ctx, envelope)
  return { documents: await tryAgain(ctx, envelope) }
}

export const longTermOperations = { longTermProofs, provideRevocation, retryProofs }
