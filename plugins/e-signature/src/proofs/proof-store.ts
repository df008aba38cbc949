import type { Context, EventWish } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'

export type ProofPort = Pick<Context, 'db' | 'tenant' | 'now'>

export interface Enrolled<Details> {
  readonly id: string
  readonly details: Details
  readonly isConfirmed: boolean
  readonly attempts: number
  readonly lockedUntil: string | null
  readonly revision: number
}

export interface ProofKey {
  readonly account: string
  readonly proof: 'totp' | 'passkey' | 'registering' | 'agreeing'
}

export async function findProofs<Details>(
  { db, tenant }: ProofPort,
  { account, proof }: ProofKey,
): Promise<readonly Enrolled<Details>[]> {
  const { rows } = await db.query<Enrolled<Details>>(
    `select id, details, is_confirmed as "isConfirmed", attempts, locked_until as "lockedUntil", revision
      from enrolled_proofs where tenant = $1 and account = $2 and proof = $3 order by created_at, id limit 20`,
    [tenant, account, proof],
  )
  return rows
}

/** Another of the same id is replaced. */
export async function putProof(
  ctx: ProofPort,
  { account, proof }: ProofKey,
  {
    id,
    details,
    isConfirmed,
  }: { readonly id: string; readonly details: object; readonly isConfirmed: boolean },
): Promise<void> {
  await ctx.db.query(
    `insert into enrolled_proofs (tenant, account, proof, id, details, is_confirmed, attempts, created_at, revision)
      values ($1, $2, $3, $4, $5, $6, 0, $7, 1)
      on conflict (tenant, account, proof, id) do update set details = excluded.details, is_confirmed = excluded.is_confirmed,
        attempts = 0, created_at = excluded.created_at, revision = enrolled_proofs.revision + 1`,
    [ctx.tenant, account, proof, id, JSON.stringify(details), isConfirmed, nowText(ctx)],
  )
}

/** What a try left, unless another was quicker. @throws CORE_SQL_ROWS_UNEXPECTED */
export async function changeProof<Details extends object>(
  { db, tenant }: ProofPort,
  { account, proof }: ProofKey,
  { id, details, isConfirmed, attempts, lockedUntil, revision }: Enrolled<Details>,
  events: readonly EventWish[] = [],
): Promise<void> {
  const update = {
    sql: `update enrolled_proofs set details = $6, is_confirmed = $7, attempts = $8, locked_until = $9, revision = revision + 1
      where tenant = $1 and account = $2 and proof = $3 and id = $4 and revision = $5`,
    parameters: [
      ...[
        tenant,
        account,
        proof,
        id,
        revision,
        JSON.stringify(details),
        isConfirmed,
        attempts,
        lockedUntil,
      ],
    ],
    rows: 1,
  }
  await db.transaction([update], { events })
}

/** @returns whether it was there: of two who take a challenge, one has it */
export async function takeProof(
  { db, tenant }: ProofPort,
  { account, proof }: ProofKey,
  id: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'delete from enrolled_proofs where tenant = $1 and account = $2 and proof = $3 and id = $4',
    [tenant, account, proof, id],
  )
  return rowCount === 1
}
