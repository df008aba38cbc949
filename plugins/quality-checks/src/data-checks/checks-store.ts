import type { Context } from '@signalbox/sdk'
import type { CheckDefinition, CheckState } from './data-check-types.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface StoredCheck {
  readonly definition: CheckDefinition
  readonly revision: number
  /** Of the newest result that assessed something. */
  readonly state: CheckState | null
  readonly since: string | null
}

interface CheckRow {
  readonly definition: CheckDefinition
  readonly revision: number
  readonly state: CheckState | null
  readonly state_since: string | null
}

const checkOf = ({ definition, revision, state, state_since }: CheckRow): StoredCheck => ({
  definition,
  revision,
  state,
  since: state_since,
})

const SELECT = 'select definition, revision, state, state_since from data_checks where tenant = $1'

export async function findCheck(
  check: string,
  { db, tenant }: Port,
): Promise<StoredCheck | undefined> {
  const { rows } = await db.query<CheckRow>(`${SELECT} and check_id = $2`, [tenant, check])
  return rows[0] && checkOf(rows[0])
}

export async function checksOf(
  datasets: readonly string[],
  { db, tenant }: Port,
): Promise<StoredCheck[]> {
  const sql = `${SELECT} and dataset = any($2::text[]) order by check_id`
  return (await db.query<CheckRow>(sql, [tenant, datasets])).rows.map(checkOf)
}

/** Which checks; all where nothing is said. */
export interface CheckChoice {
  readonly dataset?: string | undefined
  readonly check?: string | undefined
  readonly state?: CheckState | undefined
}

export async function listChecks(
  { dataset, check, state }: CheckChoice,
  after: string,
  limit: number,
  { db, tenant }: Port,
): Promise<StoredCheck[]> {
  const sql = `${SELECT} and ($2::text is null or dataset = $2) and check_id > $3
    and ($4::text is null or check_id = $4) and ($5::text is null or coalesce(state, 'not-assessed') = $5) order by check_id limit $6`
  return (
    await db.query<CheckRow>(sql, [
      tenant,
      dataset ?? null,
      after,
      check ?? null,
      state ?? null,
      limit,
    ])
  ).rows.map(checkOf)
}

/** @returns whether nobody else made or changed it meanwhile */
export async function saveCheck(
  definition: CheckDefinition,
  seen: number | undefined,
  { db, tenant }: Port,
): Promise<boolean> {
  const values = [tenant, definition.check, definition.dataset, JSON.stringify(definition)]
  if (seen === undefined) {
    const sql =
      'insert into data_checks (tenant, check_id, dataset, revision, definition) values ($1, $2, $3, 1, $4::jsonb) on conflict do nothing'
    return (await db.query(sql, values)).rowCount === 1
  }
  const sql = `update data_checks set definition = $4::jsonb, revision = revision + 1
    where tenant = $1 and check_id = $2 and dataset = $3 and revision = $5`
  return (await db.query(sql, [...values, seen])).rowCount === 1
}
