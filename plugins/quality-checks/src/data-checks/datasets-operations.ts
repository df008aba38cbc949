import { Refusal } from '@signalbox/sdk'
import { cellsOf, isTextType, MAX_TEXT } from './cells.ts'
import { checksOf } from './checks-store.ts'
import { columnOf } from './columns.ts'
import type { DatasetDefinition, Value } from './data-check-types.ts'
import {
  appendBatch,
  findBatch,
  findDataset,
  listDatasets,
  purgeRows,
  type StoredDataset,
  saveDataset,
} from './datasets-store.ts'
import type { DataChecksPort } from './ports.ts'
import { requireDataset } from './run-service.ts'
import { SLOTS, slotRow, slotsOf } from './slots.ts'
import { validateCheck } from './validate-check.ts'

type Port = DataChecksPort

/** 200 rows of this size are what one answer of the database holds. */
const MAX_ROW = 16_384
const PURGE_JOB = 'purge-data-rows'
const PURGE_ROWS = 20_000

export interface DatasetView extends DatasetDefinition {
  readonly revision: number
  readonly rows: number
  readonly uncheckedRows: number
  readonly loadedAt?: string
}

function viewOf({
  definition,
  revision,
  firstRow,
  nextRow,
  checkedRow,
  loadedAt,
}: StoredDataset): DatasetView {
  return {
    ...definition,
    revision,
    rows: nextRow - firstRow,
    uncheckedRows: nextRow - Math.max(firstRow, checkedRow),
    ...(loadedAt === null ? {} : { loadedAt }),
  }
}

/** Makes a dataset, or changes it: columns may be added behind, and none taken away or turned while rows are kept by them. */
export async function defineDataset(
  input: DatasetDefinition & { readonly revision?: number },
  ctx: Port,
): Promise<DatasetView> {
  const { revision, ...definition } = input
  validateDataset(definition)
  const known = await findDataset(definition.dataset, ctx)
  if (known) {
    if (revision !== undefined && revision !== known.revision) throw changedMeanwhile()
    await validateChange(known, definition, ctx)
  }
  if (!(await saveDataset(definition, known?.revision, ctx))) throw changedMeanwhile()
  return viewOf(await requireDataset(definition.dataset, ctx))
}

function changedMeanwhile(): Refusal {
  return new Refusal(
    'REVISION_OUTDATED',
    'Somebody changed it meanwhile; read it again and change that.',
  )
}

function validateDataset(definition: DatasetDefinition): void {
  const { columns, key = [], watermark } = definition
  if (new Set(columns.map(({ name }) => name)).size < columns.length)
    throw new Refusal('COLUMNS_INVALID', 'Two columns have one name; name each once.')
  for (const [kind, room] of Object.entries({ n: SLOTS.n, t: SLOTS.t })) {
    const count = columns.filter(({ type }) => isTextType(type) === (kind === 't')).length
    if (count > room)
      throw new Refusal(
        'COLUMNS_INVALID',
        `A dataset has at most ${SLOTS.t} columns of text and JSON and ${SLOTS.n} of other types; leave out what no check is about.`,
      )
  }
  for (const name of key) columnOf(definition, name)
  if (
    watermark !== undefined &&
    !['date', 'timestamp'].includes(columnOf(definition, watermark).type)
  )
    throw new Refusal(
      'COLUMN_TYPE_UNSUITED',
      'A watermark is a column of the type date or timestamp.',
    )
}

async function validateChange(
  known: StoredDataset,
  definition: DatasetDefinition,
  ctx: Port,
): Promise<void> {
  const isKept = known.definition.columns.every(({ name, type }, at) => {
    const column = definition.columns[at]
    return column?.name === name && column.type === type
  })
  if (!isKept && known.nextRow > known.firstRow)
    throw new Refusal(
      'COLUMNS_IN_USE',
      'There are rows: keep its columns in their order and types, and add new ones behind.',
    )
  for (const { definition: check } of await checksOf([known.dataset], ctx)) {
    // The other dataset of a check did not change here.
    const other =
      check.otherDataset === undefined ? undefined : await findDataset(check.otherDataset, ctx)
    validateCheck(
      check,
      definition,
      other?.dataset === definition.dataset ? definition : other?.definition,
    )
  }
}

export interface Page {
  readonly limit?: number
  readonly cursor?: string
}

export async function datasets(
  { limit = 50, cursor = '' }: Page,
  ctx: Port,
): Promise<{ items: DatasetView[]; next?: string }> {
  const found = await listDatasets(cursor, limit + 1, ctx)
  const items = found.slice(0, limit).map(viewOf)
  return found.length > limit ? { items, next: items.at(-1)?.dataset ?? '' } : { items }
}

interface Rows {
  readonly dataset: string
  readonly batch: string
  /** Names of columns in the order of the values; those of the dataset when left out. */
  readonly columns?: readonly string[]
  readonly rows: readonly (readonly Value[])[]
  readonly replace?: boolean
}

/** Takes a batch of rows once, however often and however late it is sent. */
export async function appendRows(input: Rows, ctx: Port) {
  const { dataset, batch, rows, replace = false } = input
  const data = await requireDataset(dataset, ctx)
  const records = recordsOf(input, data.definition)
  const digest = ctx.hash('SHA-256', JSON.stringify([input.columns ?? null, rows, replace]))
  for (let attempt = 0; attempt < 5; attempt++) {
    const known = await findBatch(dataset, batch, ctx)
    if (known) {
      if (known.digest !== digest)
        throw new Refusal(
          'BATCH_CHANGED',
          `The batch ${batch} was sent with other rows; give what is new an id of its own.`,
        )
      return { dataset, batch, taken: 0, duplicate: true }
    }
    const seen = await requireDataset(dataset, ctx)
    if (seen.revision !== data.revision) throw changedMeanwhile()
    const at = new Date(ctx.now()).toISOString()
    const isTaken = await isDone(
      appendBatch({ dataset, batch, digest, rows: records, replace, seen, at }, ctx),
    )
    if (!isTaken) continue
    if (replace && seen.nextRow > seen.firstRow)
      await ctx.jobs.schedule(PURGE_JOB, { afterMs: 0, key: dataset, payload: { dataset } })
    return { dataset, batch, taken: rows.length, duplicate: false }
  }
  throw new Refusal(
    'DATASET_BUSY',
    'Others load this dataset at the same time; send the same batch again.',
  )
}

/** Whether the transaction came about; not where another one was first, which shows when all is read again. */
async function isDone(transaction: Promise<void>): Promise<boolean> {
  try {
    await transaction
    return true
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT') return false
    if (code === 'CORE_SQL_FAILED' && message.includes('data_batches_pkey')) return false
    throw error
  }
}

function recordsOf(
  { rows, columns: names }: Rows,
  definition: DatasetDefinition,
): Record<string, unknown>[] {
  const { columns } = definition
  if (names && new Set(names).size < names.length)
    throw new Refusal('ROWS_INVALID', '"columns" names one twice.')
  for (const name of names ?? []) columnOf(definition, name)
  const places = names ? columns.map(({ name }) => names.indexOf(name)) : columns.map((_, at) => at)
  const width = names?.length ?? columns.length
  const slots = slotsOf(columns)
  return rows.map((row, at) => {
    if (row.length !== width)
      throw new Refusal(
        'ROWS_INVALID',
        `Row ${at + 1} has ${row.length} values instead of ${width}.`,
      )
    const cells = cellsOf(
      places.map((place) => row[place]),
      columns,
    )
    const size = cells.map((cell) => ('text' in cell ? cell.text.length : 8))
    if (
      size.some((length) => length > MAX_TEXT) ||
      size.reduce((sum, length) => sum + length, 0) > MAX_ROW
    )
      throw new Refusal(
        'ROW_TOO_LARGE',
        `Row ${at + 1} is too large: a value has at most ${MAX_TEXT} characters and a row ${MAX_ROW}. Leave out what no check is about.`,
      )
    return slotRow(cells, slots)
  })
}

/** The job that removes rows which others replaced, some at a time. */
export async function purgeDataRows(
  { payload }: { readonly payload?: unknown },
  ctx: Port,
): Promise<void> {
  const { dataset } = payload as { dataset: string }
  const removed = await purgeRows(dataset, PURGE_ROWS, ctx)
  if (removed === PURGE_ROWS)
    await ctx.jobs.schedule(PURGE_JOB, { afterMs: 100, key: dataset, payload: { dataset } })
}
