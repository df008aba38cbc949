import type { Context } from '@signalbox/sdk'
import type { Entry } from './chain.ts'

type EvidencePort = Pick<Context, 'db' | 'tenant'>

interface EntryRow extends Omit<Entry, 'at'> {
  readonly at: string
}

/** Entries of a chain in their order. @param from the number of the first one */
export async function entriesFrom(
  { db, tenant }: EvidencePort,
  envelope: string,
  from: number,
  limit: number,
): Promise<readonly Entry[]> {
  const { rows } = await db.query<EntryRow>(
    `select envelope, seq, at, what, who, data, previous, hash from evidence
      where tenant = $1 and envelope = $2 and seq >= $3 order by seq limit $4`,
    [tenant, envelope, from, limit],
  )
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}

/** An envelope of 50 recipients who each look, read, agree and sign has some 500; more than this is none. */
const MOST = 5000

export function allEntries(ctx: EvidencePort, envelope: string): Promise<readonly Entry[]> {
  return entriesFrom(ctx, envelope, 0, MOST)
}
