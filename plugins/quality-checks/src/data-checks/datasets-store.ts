import type { Context } from '@signalbox/sdk'
import type { DatasetDefinition } from './data-check-types.ts'
import { insertRowsSql } from './rows-sql.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface StoredDataset {
  readonly dataset: string
  readonly revision: number
  readonly definition: DatasetDefinition
  readonly firstRow: number
  readonly nextRow: number
  readonly checkedRow: number
  readonly loadedAt: string | null
}

interface DatasetRow {
  readonly dataset: string
  readonly revision: number
  readonly definition: DatasetDefinition
  readonly first_row: number | string
  readonly next_row: number | string
  readonly checked_row: number | string
  readonly loaded_at: string | null
}

const COLUMNS = 'dataset, revision, definition, first_row, next_row, checked_row, loaded_at'

function datasetOf(row: DatasetRow): StoredDataset {
  return {
    dataset: row.dataset,
    revision: row.revision,
    definition: row.definition,
    firstRow: Number(row.first_row),
    nextRow: Number(row.next_row),
    checkedRow: Number(row.checked_row),
    loadedAt: row.loaded_at,
  }
}

export async function findDataset(
  dataset: string,
  { db, tenant }: Port,
): Promise<StoredDataset | undefined> {
  const sql = `select ${COLUMNS} from data_sets where tenant = $1 and dataset = $2`
  const { rows } = await db.query<DatasetRow>(sql, [tenant, dataset])
  return rows[0] && datasetOf(rows[0])
}

export async function findDatasets(
  names: readonly string[],
  { db, tenant }: Port,
): Promise<StoredDataset[]> {
  const sql = `select ${COLUMNS} from data_sets where tenant = $1 and dataset = any($2::text[])`
  return (await db.query<DatasetRow>(sql, [tenant, names])).rows.map(datasetOf)
}

export async function listDatasets(
  after: string,
  limit: number,
  { db, tenant }: Port,
): Promise<StoredDataset[]> {
  const sql = `select ${COLUMNS} from data_sets where tenant = $1 and dataset > $2 order by dataset limit $3`
  return (await db.query<DatasetRow>(sql, [tenant, after, limit])).rows.map(datasetOf)
}

/** @returns whether nobody else made or changed it meanwhile */
export async function saveDataset(
  definition: DatasetDefinition,
  seen: number | undefined,
  { db, tenant }: Port,
): Promise<boolean> {
  if (seen === undefined) {
    const sql = `insert into data_sets (tenant, dataset, revision, definition, first_row, next_row, checked_row)
      values ($1, $2, 1, $3::jsonb, 0, 0, 0) on conflict do nothing`
    return (
      (await db.query(sql, [tenant, definition.dataset, JSON.stringify(definition)])).rowCount === 1
    )
  }
  const sql = `update data_sets set definition = $3::jsonb, revision = revision + 1 where tenant = $1 and dataset = $2 and revision = $4`
  return (
    (await db.query(sql, [tenant, definition.dataset, JSON.stringify(definition), seen]))
      .rowCount === 1
  )
}

export interface Batch {
  readonly dataset: string
  readonly batch: string
  readonly digest: string
  readonly rows: readonly Record<string, unknown>[]
  /** The rows take the place of all that were there. */
  readonly replace: boolean
  /** Of the dataset, as it was read. */
  readonly seen: StoredDataset
  readonly at: string
}

/**
 * Puts a batch behind the rows of its dataset, or nothing: the host undoes it where somebody else was first, with
 * `CORE_SQL_ROWS_UNEXPECTED` (other rows came) or `CORE_SQL_FAILED` (the batch is there: its key is taken).
 */
export async function appendBatch(
  { dataset, batch, digest, rows, replace, seen, at }: Batch,
  { db, tenant }: Port,
): Promise<void> {
  const first = seen.nextRow
  const insert = insertRowsSql(tenant, dataset, first, rows)
  await db.transaction([
    {
      sql: `update data_sets set next_row = next_row + $4, first_row = case when $5::boolean then next_row else first_row end, loaded_at = $6::timestamptz
        where tenant = $1 and dataset = $2 and next_row = $3 and revision = $7`,
      parameters: [tenant, dataset, first, rows.length, replace, at, seen.revision],
      rows: 1,
    },
    {
      sql: `insert into data_batches (tenant, dataset, batch, digest, rows, first_row, received_at) values ($1, $2, $3, $4, $5, $6, $7::timestamptz)`,
      parameters: [tenant, dataset, batch, digest, rows.length, first, at],
    },
    { sql: insert.sql, parameters: insert.parameters },
  ])
}

export async function findBatch(dataset: string, batch: string, { db, tenant }: Port) {
  const sql =
    'select digest, rows from data_batches where tenant = $1 and dataset = $2 and batch = $3'
  return (await db.query<{ digest: string; rows: number }>(sql, [tenant, dataset, batch])).rows[0]
}

/** Removes some of the rows that were replaced. @returns how many */
export async function purgeRows(
  dataset: string,
  limit: number,
  { db, tenant }: Port,
): Promise<number> {
  const sql = `delete from data_rows where tenant = $1 and dataset = $2 and seq in (
    select r.seq from data_rows r join data_sets d on d.tenant = r.tenant and d.dataset = r.dataset
    where r.tenant = $1 and r.dataset = $2 and r.seq < d.first_row
      and not exists (select from data_runs u where u.tenant = $1 and u.state = 'running')
    order by r.seq limit $3)`
  return (await db.query(sql, [tenant, dataset, limit])).rowCount
}
