import type { SqlValue } from '@signalbox/sdk'
import { columnOf } from './columns.ts'
import type { CheckDefinition, DatasetDefinition } from './data-check-types.ts'
import { filterTest } from './row-filter.ts'
import { rowTestSql } from './row-test-sql.ts'
import { type RowRule, rowRule } from './rule-tests.ts'
import { placeOf } from './set-rules.ts'
import { type Slot, slotsOf } from './slots.ts'
import { SqlParameters } from './sql-parameters.ts'

export interface SqlText {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

/** Rows of a dataset by their numbers, the last one not in it. */
export interface RowSpan {
  readonly tenant: string
  readonly dataset: string
  readonly from: number
  readonly to: number
}

/** Beyond it a host takes no text (32 KiB); a margin for what stands around the conditions. */
const MAX_SQL = 30_000

/** The condition that keeps a statement to a span of rows of `data_rows` under an alias. */
export function spanSql(
  { tenant, dataset, from, to }: RowSpan,
  parameters: SqlParameters,
  alias = 'r',
): string {
  return [
    `${alias}.tenant = ${parameters.add(tenant, 'text')}`,
    `${alias}.dataset = ${parameters.add(dataset, 'text')}`,
    `${alias}.seq >= ${parameters.add(from, 'bigint')}`,
    `${alias}.seq < ${parameters.add(to, 'bigint')}`,
  ].join(' and ')
}

export function slotNames(definition: DatasetDefinition): (column: string) => Slot {
  const slots = slotsOf(definition.columns)
  const place = placeOf(definition)
  return (column) => slots[place(column)] as Slot
}

export function rowRuleOf(check: CheckDefinition, definition: DatasetDefinition): RowRule {
  const { assessed, pass } = rowRule(check, (name) => columnOf(definition, name))
  const filter = filterTest(check.where, definition)
  return { assessed: { is: 'all', of: [filter, assessed] }, pass }
}

export interface ScanText extends SqlText {
  /** Of each check, in their order: where in `counts` stand what it assessed and what of that is unexpected. */
  readonly places: readonly (readonly [number, number])[]
}

/** Many checks in one scan: one row with an array of counts. Checks that count the same share a count. */
export function scanSql(
  checks: readonly CheckDefinition[],
  definition: DatasetDefinition,
  span: RowSpan,
): ScanText {
  const parameters = new SqlParameters()
  const where = spanSql(span, parameters)
  const slotOf = slotNames(definition)
  const counts = new Map<string, number>()
  const placeOfCount = (condition: string) => {
    const place = counts.get(condition) ?? counts.size
    counts.set(condition, place)
    return place
  }
  const places = checks.map((check) => {
    const { assessed, pass } = rowRuleOf(check, definition)
    const isAssessed = rowTestSql(assessed, slotOf, parameters)
    const fails = `${isAssessed} and not ${rowTestSql(pass, slotOf, parameters)}`
    return [placeOfCount(isAssessed), placeOfCount(fails)] as const
  })
  const filters = [...counts.keys()].map((condition) => `count(*) filter (where ${condition})`)
  const sql = `select array[${filters.join(',\n')}] as counts from data_rows r where ${where}`
  return { sql, parameters: parameters.values, places }
}

/** The checks in as few groups as scans can take: each scan reads all rows. */
export function scanGroups(
  checks: readonly CheckDefinition[],
  definition: DatasetDefinition,
): CheckDefinition[][] {
  const span: RowSpan = { tenant: '', dataset: definition.dataset, from: 0, to: 0 }
  const groups: CheckDefinition[][] = []
  let [group, length]: [CheckDefinition[], number] = [[], 0]
  for (const check of checks) {
    const own = scanSql([check], definition, span).sql.length
    if (group.length > 0 && length + own > MAX_SQL) {
      groups.push(group)
      ;[group, length] = [[], 0]
    }
    group.push(check)
    length += own
  }
  return group.length > 0 ? [...groups, group] : groups
}

/** The first bad rows of a span. */
export function badRowsSql(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  limit: number,
): SqlText {
  const parameters = new SqlParameters()
  const where = spanSql(span, parameters)
  const { assessed, pass } = rowRuleOf(check, definition)
  const [isAssessed, passes] = [assessed, pass].map((test) =>
    rowTestSql(test, slotNames(definition), parameters),
  )
  const sql = `select ${rowColumns(definition)} from data_rows r where ${where} and ${isAssessed} and not ${passes} order by r.seq limit ${parameters.add(limit, 'int')}`
  return { sql, parameters: parameters.values }
}

/** Rows by their numbers, or the next ones of a span. */
export function rowsSql(
  definition: DatasetDefinition,
  span: RowSpan,
  numbers?: readonly number[],
): SqlText {
  const parameters = new SqlParameters()
  const only = numbers ? ` and r.seq = any(${parameters.add(numbers, 'bigint[]')})` : ''
  const sql = `select ${rowColumns(definition)} from data_rows r where ${spanSql(span, parameters)}${only} order by r.seq`
  return { sql, parameters: parameters.values }
}

function rowColumns({ columns }: DatasetDefinition): string {
  return ['r.seq', ...slotsOf(columns).map((slot) => `r.${slot}`), 'r.x'].join(', ')
}

/** A statement answers 10,000 rows and 4 MiB at most; half of either is room enough. */
const MEMORY_ROWS = 5000
const MEMORY_BYTES = 2_000_000

/** The first rows of a span, as many as one answer holds and at least one, for a check that is worked out here. */
export function memoryRowsSql(
  definition: DatasetDefinition,
  { column, columns, rule, where = [] }: CheckDefinition,
  span: RowSpan,
): SqlText {
  const parameters = new SqlParameters()
  const slotOf = slotNames(definition)
  // A bad row is shown with its key, a custom check may look at any column.
  const isAll = rule === 'custom' && columns === undefined
  const names = isAll
    ? definition.columns.map(({ name }) => name)
    : [
        ...(columns ?? []),
        ...(column === undefined ? [] : [column]),
        ...(definition.key ?? []),
        ...where.map((condition) => condition.column),
      ]
  const slots = [...new Set(names.map(slotOf))]
  const size = slots
    .filter((slot) => slot.startsWith('t'))
    .map((slot) => `coalesce(octet_length(r.${slot}), 0)`)
  const sql = `select b.seq, ${slots.map((slot) => `b.${slot}`).join(', ')}, b.x from (
      select r.seq, ${slots.map((slot) => `r.${slot}`).join(', ')}, r.x,
        sum(100 + coalesce(octet_length(r.x::text), 0)${size.map((one) => ` + ${one}`).join('')}) over (order by r.seq) as bytes, row_number() over (order by r.seq) as place
      from (select * from data_rows r where ${spanSql(span, parameters)} order by r.seq limit ${MEMORY_ROWS}) r
    ) b where b.bytes <= ${MEMORY_BYTES} or b.place = 1 order by b.seq`
  return { sql, parameters: parameters.values }
}
