import { isTextType } from './cells.ts'
import { columnOf } from './columns.ts'
import type { CheckDefinition, DatasetDefinition } from './data-check-types.ts'
import { filterTest } from './row-filter.ts'
import type { RowTest } from './row-test.ts'
import { nearSql, rowTestSql } from './row-test-sql.ts'
import { presence, slackOf } from './rule-tests.ts'
import { type RowSpan, type SqlText, slotNames, spanSql } from './scan-sql.ts'
import { SqlParameters } from './sql-parameters.ts'

/** The two sets of a rule: rows of the check's own dataset, and of the one it is compared with. */
export type Side = 'own' | 'other'

export interface SideRows {
  readonly definition: DatasetDefinition
  readonly span: RowSpan
}

/** Keys of both sides (`k`, with the row they are of, `seq`, and the measure `m` of `agree`), as SQL that stands in a `from`. */
export type KeySource = (side: Side, parameters: SqlParameters) => string

/**
 * What a row is grouped and joined by, as one text: with the meaning of `keyOf`, so that a misfit is no value of its
 * column's type, and that a missing part is equal to another missing one.
 */
function keySql(definition: DatasetDefinition, names: readonly string[]): string {
  const slotOf = slotNames(definition)
  const parts = names.map((name) => {
    const [slot, column] = [slotOf(name), columnOf(definition, name)]
    return isTextType(column.type)
      ? `coalesce('t' || r.${slot}, 't' || (r.x ->> '${slot}'), '')`
      : `coalesce('n' || r.${slot}::text, 'x' || (r.x ->> '${slot}'), '')`
  })
  return parts.length === 1 ? (parts[0] as string) : `jsonb_build_array(${parts.join(', ')})::text`
}

/** The rows of a side that have a key: what the rule passes over is none of them. */
function keyRows(check: CheckDefinition, side: Side, definition: DatasetDefinition): RowTest {
  const { columns = [], otherColumns = [], column = '', otherColumn = '', rule } = check
  const [names, measure] = side === 'own' ? [columns, column] : [otherColumns, otherColumn]
  const of: RowTest[] = [filterTest(side === 'own' ? check.where : check.otherWhere, definition)]
  if (rule === 'unique') return { is: 'all', of: [...of, presence(columns, check.ignoreRowIf)] }
  const present: RowTest[] = names.map((name) => ({ is: 'present', column: name }))
  if (rule === 'reference' && side === 'own') return { is: 'all', of: [...of, ...present] }
  // A misfit finds nothing: it is the key of no row of the other side, and nothing agrees with it.
  const sound = names
    .filter((name) => !isTextType(columnOf(definition, name).type))
    .map((name): RowTest => ({ is: 'not', of: { is: 'misfit', column: name } }))
  const measured: RowTest[] =
    rule === 'agree'
      ? [
          { is: 'present', column: measure },
          { is: 'not', of: { is: 'misfit', column: measure } },
        ]
      : []
  return { is: 'all', of: [...of, ...present, ...sound, ...measured] }
}

/** Keys of a side read from its rows. */
export function keysOfRows(
  check: CheckDefinition,
  side: Side,
  { definition, span }: SideRows,
  parameters: SqlParameters,
): string {
  const slotOf = slotNames(definition)
  const { columns = [], otherColumns = [], column = '', otherColumn = '' } = check
  const names = side === 'own' ? columns : otherColumns
  const measure =
    check.rule === 'agree'
      ? `r.${slotOf(side === 'own' ? column : otherColumn)}`
      : 'null::double precision'
  const isKey = rowTestSql(keyRows(check, side, definition), slotOf, parameters)
  return `(select ${keySql(definition, names)} as k, r.seq, ${measure} as m
    from data_rows r where ${spanSql(span, parameters)} and ${isKey})`
}

function statement(make: (parameters: SqlParameters) => string): SqlText {
  const parameters = new SqlParameters()
  const sql = make(parameters)
  return { sql, parameters: parameters.values }
}

/** One row: `assessed`, `unexpected`. Of `agree` both are keys, of the others rows. */
export function countsSql(check: CheckDefinition, keys: KeySource): SqlText {
  return statement((parameters) => {
    switch (check.rule) {
      case 'unique':
        return `select coalesce(sum(n), 0)::bigint as assessed, coalesce(sum(n) filter (where n > 1), 0)::bigint as unexpected
          from (select count(*) as n from ${keys('own', parameters)} s group by k) g`
      case 'reference':
        return `select count(*) as assessed, count(*) filter (where o.k is null) as unexpected ${referenceFrom(keys, parameters)}`
      default: {
        const { from, differs } = agreement(check, keys, parameters)
        return `select count(*) as assessed, count(*) filter (where ${differs}) as unexpected from ${from}`
      }
    }
  })
}

/**
 * Rows that show what is wrong, the first ones first: of `unique` two of each of `limit` groups (`first`, `last`), of
 * `reference` rows without their like (`first`), of `agree` a row of each side (`first`, `last`) with their measures.
 */
export function examplesSql(check: CheckDefinition, keys: KeySource, limit: number): SqlText {
  return statement((parameters) => {
    const most = () => parameters.add(limit, 'int')
    switch (check.rule) {
      case 'unique':
        return `select min(seq) as first, max(seq) as last from ${keys('own', parameters)} s
          group by k having count(*) > 1 order by min(seq) limit ${most()}`
      case 'reference':
        return `select s.seq as first ${referenceFrom(keys, parameters)} where o.k is null order by s.seq limit ${most()}`
      default: {
        const { from, differs } = agreement(check, keys, parameters)
        return `select a.seq as first, b.seq as last, a.m as own, b.m as other from ${from}
          where ${differs} order by a.seq nulls last, b.seq limit ${most()}`
      }
    }
  })
}

function referenceFrom(keys: KeySource, parameters: SqlParameters): string {
  return `from ${keys('own', parameters)} s left join (select distinct k from ${keys('other', parameters)} d) o on o.k = s.k`
}

function agreement(check: CheckDefinition, keys: KeySource, parameters: SqlParameters) {
  const { aggregate = 'mean', ignoreUnmatched } = check
  const measures = (
    side: Side,
  ) => `(select k, min(seq) as seq, ${aggregate === 'mean' ? 'avg' : aggregate}(m) as m
    from ${keys(side, parameters)} s group by k)`
  return {
    from: `${measures('own')} a ${ignoreUnmatched ? 'inner' : 'full'} join ${measures('other')} b on a.k = b.k`,
    differs: `(${nearSql('a.m', 'b.m', slackOf(check), parameters)}) is not true`,
  }
}
