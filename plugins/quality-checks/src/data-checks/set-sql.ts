import { isTextType } from './cells.ts'
import type { CheckDefinition, DatasetDefinition } from './data-check-types.ts'
import type { RowTest } from './row-test.ts'
import { nearSql, rowTestSql } from './row-test-sql.ts'
import { presence, slackOf } from './rule-tests.ts'
import { type RowSpan, type SqlText, slotNames, spanSql } from './scan-sql.ts'
import { SqlParameters } from './sql-parameters.ts'
import { columnOf } from './validate-check.ts'

/** A part of the keys, so that the groups of one statement stay in memory and within the deadline. */
export interface KeyPart {
  readonly part: number
  readonly parts: number
}

/** What a column of a row is grouped or joined by. A misfit of a text column is its text; of another, a value of its own. */
function keySql(
  definition: DatasetDefinition,
  name: string,
  alias: string,
): { value: string; misfit?: string } {
  const slot = slotNames(definition)(name)
  const misfit = `${alias}.x ->> '${slot}'`
  if (isTextType(columnOf(definition, name).type))
    return { value: `coalesce(${alias}.${slot}, ${misfit})` }
  return { value: `${alias}.${slot}`, misfit: `(${misfit})` }
}

function uniqueGroups(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  { part, parts }: KeyPart,
  parameters: SqlParameters,
) {
  const { columns = [], ignoreRowIf } = check
  const isAssessed = rowTestSql(presence(columns, ignoreRowIf), slotNames(definition), parameters)
  const keys = columns.flatMap((name) => {
    const { value, misfit } = keySql(definition, name, 'r')
    return misfit === undefined ? [value] : [value, misfit]
  })
  const isPart =
    parts === 1
      ? ''
      : ` and (hashtextextended(concat_ws('|', ${keys.join(', ')}), 0) & 4294967295) % ${parameters.add(parts, 'bigint')} = ${parameters.add(part, 'bigint')}`
  return `from data_rows r where ${spanSql(span, parameters)} and ${isAssessed}${isPart} group by ${keys.join(', ')}`
}

/** One row: `assessed`, `unexpected` of the keys of one part. */
export function uniqueSql(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  part: KeyPart,
): SqlText {
  const parameters = new SqlParameters()
  const groups = uniqueGroups(check, definition, span, part, parameters)
  const sql = `select coalesce(sum(n), 0)::bigint as assessed, coalesce(sum(n) filter (where n > 1), 0)::bigint as unexpected
    from (select count(*) as n ${groups}) g`
  return { sql, parameters: parameters.values }
}

/** Two numbers of rows of each of the first groups. */
export function duplicatesSql(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  part: KeyPart,
  groups: number,
): SqlText {
  const parameters = new SqlParameters()
  const from = uniqueGroups(check, definition, span, part, parameters)
  const sql = `select min(r.seq) as first, max(r.seq) as last ${from} having count(*) > 1 order by min(r.seq) limit ${parameters.add(groups, 'int')}`
  return { sql, parameters: parameters.values }
}

export interface OtherRows {
  readonly definition: DatasetDefinition
  readonly span: RowSpan
}

function referenceParts(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  other: OtherRows,
  parameters: SqlParameters,
) {
  const { columns = [], otherColumns = [] } = check
  const keys = otherColumns.map(
    (name, at) => `${keySql(other.definition, name, 'o').value} as k${at}`,
  )
  const isKey = otherColumns.map(
    (_, at) => `o.k${at} = ${keySql(definition, columns[at] as string, 'r').value}`,
  )
  const isPresent: RowTest = { is: 'all', of: columns.map((column) => ({ is: 'present', column })) }
  return `from data_rows r left join (
      select distinct ${keys.join(', ')}, true as found from data_rows o where ${spanSql(other.span, parameters, 'o')}
    ) o on ${isKey.join(' and ')}
    where ${spanSql(span, parameters)} and ${rowTestSql(isPresent, slotNames(definition), parameters)}`
}

/** One row: `assessed`, `unexpected`. */
export function referenceSql(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  other: OtherRows,
): SqlText {
  const parameters = new SqlParameters()
  const sql = `select count(*) as assessed, count(*) filter (where o.found is null) as unexpected ${referenceParts(check, definition, span, other, parameters)}`
  return { sql, parameters: parameters.values }
}

/** Numbers of the first rows that refer to nothing. */
export function orphansSql(
  check: CheckDefinition,
  definition: DatasetDefinition,
  span: RowSpan,
  other: OtherRows,
  limit: number,
): SqlText {
  const parameters = new SqlParameters()
  const sql = `select r.seq as first ${referenceParts(check, definition, span, other, parameters)} and o.found is null order by r.seq limit ${parameters.add(limit, 'int')}`
  return { sql, parameters: parameters.values }
}

/** The measure of each key of one dataset. */
function measuresSql(
  names: readonly string[],
  measure: string,
  { definition, span }: OtherRows,
  check: CheckDefinition,
  parameters: SqlParameters,
): string {
  const { aggregate = 'mean' } = check
  const keys = names.map((name) => keySql(definition, name, 'r').value)
  const slot = slotNames(definition)(measure)
  const conditions = [...keys, `r.${slot}`].map((value) => `${value} is not null`)
  return `select ${keys.map((key, at) => `${key} as k${at}`).join(', ')}, ${aggregate === 'mean' ? 'avg' : aggregate}(r.${slot}) as m
    from data_rows r where ${spanSql(span, parameters)} and ${conditions.join(' and ')} group by ${keys.join(', ')}`
}

function agreementParts(
  check: CheckDefinition,
  own: OtherRows,
  other: OtherRows,
  parameters: SqlParameters,
) {
  const { columns = [], otherColumns = [], column = '', otherColumn = '', ignoreUnmatched } = check
  const isKey = columns.map((_, at) => `a.k${at} = b.k${at}`).join(' and ')
  const from = `(${measuresSql(columns, column, own, check, parameters)}) a ${ignoreUnmatched ? 'inner' : 'full'} join
    (${measuresSql(otherColumns, otherColumn, other, check, parameters)}) b on ${isKey}`
  return { from, differs: `(${nearSql('a.m', 'b.m', slackOf(check), parameters)}) is not true` }
}

/** One row: `assessed`, `unexpected`; both are keys. */
export function agreementSql(check: CheckDefinition, own: OtherRows, other: OtherRows): SqlText {
  const parameters = new SqlParameters()
  const { from, differs } = agreementParts(check, own, other, parameters)
  return {
    sql: `select count(*) as assessed, count(*) filter (where ${differs}) as unexpected from ${from}`,
    parameters: parameters.values,
  }
}

/** Keys on which the two differ, with both measures. */
export function differencesSql(
  check: CheckDefinition,
  own: OtherRows,
  other: OtherRows,
  limit: number,
): SqlText {
  const parameters = new SqlParameters()
  const { from, differs } = agreementParts(check, own, other, parameters)
  const keys = (check.columns ?? []).map((_, at) => `coalesce(a.k${at}, b.k${at}) as k${at}`)
  const sql = `select ${keys.join(', ')}, a.m as own, b.m as other from ${from} where ${differs} order by ${keys.map((_, at) => at + 1).join(', ')} limit ${parameters.add(limit, 'int')}`
  return { sql, parameters: parameters.values }
}
