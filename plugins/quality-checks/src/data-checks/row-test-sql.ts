import type { Comparison } from './data-check-types.ts'
import { postgresPattern } from './pattern/postgres-pattern.ts'
import type { RowTest, Slack } from './row-test.ts'
import type { Slot } from './slots.ts'
import type { SqlParameters } from './sql-parameters.ts'

type SlotName = (column: string) => Slot

/**
 * A test of a row as an SQL condition over the slots of `data_rows r`: true or false and never null, as
 * `rowTester` answers. Values go as parameters; the text is made of the plugin's own words.
 */
export function rowTestSql(test: RowTest, slotOf: SlotName, parameters: SqlParameters): string {
  const sql = (part: RowTest) => rowTestSql(part, slotOf, parameters)
  switch (test.is) {
    case 'all':
      return test.of.length === 0 ? 'true' : `(${test.of.map(sql).join(' and ')})`
    case 'any':
      return test.of.length === 0 ? 'false' : `(${test.of.map(sql).join(' or ')})`
    case 'not':
      return `(not ${sql(test.of)})`
    case 'numbers':
      return isTrue(
        numbersSql(slotOf(test.left), slotOf(test.right), test.op, test.slack, parameters),
      )
    case 'texts':
      return isTrue(
        `r.${slotOf(test.left)} ${operator(test.op)} r.${slotOf(test.right)} collate "C"`,
      )
    case 'sum':
      return sumSql(test, slotOf, parameters)
    default:
      return cellSql(test, slotOf(test.column), parameters)
  }
}

function isTrue(sql: string): string {
  return `(${sql}) is true`
}

/** Misfits are few: `x is null` answers for most rows without a look into it. */
export function misfitSql(slot: Slot): string {
  return `(r.x is not null and jsonb_exists(r.x, '${slot}'))`
}

function cellSql(
  test: Exclude<Extract<RowTest, { readonly column: string }>, { is: 'sum' }>,
  slot: Slot,
  parameters: SqlParameters,
): string {
  switch (test.is) {
    case 'present':
      return `(r.${slot} is not null or ${misfitSql(slot)})`
    case 'misfit':
      return misfitSql(slot)
    case 'blank':
      return isTrue(`btrim(r.${slot}, E' \\t\\n\\r\\f\\u00a0\\u3000') = ''`)
    case 'number':
      return isTrue(`r.${slot} ${operator(test.op)} ${parameters.add(test.value, 'float8')}`)
    case 'number-in':
      return isTrue(`r.${slot} = any(${parameters.add(test.values, 'float8[]')})`)
    case 'text-in':
      return isTrue(`r.${slot} = any(${parameters.add(test.values, 'text[]')})`)
    case 'text-compare':
      return isTrue(`r.${slot} ${test.op} ${parameters.add(test.value, 'text')} collate "C"`)
    case 'length':
      return isTrue(`char_length(r.${slot}) ${test.op} ${parameters.add(test.value, 'int')}`)
    case 'match':
      return isTrue(
        `r.${slot} ~ ${parameters.add(postgresPattern(test.pattern), 'text')} collate "C"`,
      )
  }
}

function numbersSql(
  left: Slot,
  right: Slot,
  op: Comparison,
  slack: Slack,
  parameters: SqlParameters,
): string {
  if (op === '=') return nearSql(`r.${left}`, `r.${right}`, slack, parameters)
  if (op === '!=') return `not (${nearSql(`r.${left}`, `r.${right}`, slack, parameters)})`
  return `r.${left} ${operator(op)} r.${right}`
}

export function nearSql(
  a: string,
  b: string,
  { absolute, relative }: Slack,
  parameters: SqlParameters,
): string {
  if (absolute === 0 && relative === 0) return `${a} = ${b}`
  const share =
    relative === 0 ? '' : `, ${parameters.add(relative, 'float8')} * greatest(abs(${a}), abs(${b}))`
  return `abs(${a} - ${b}) <= greatest(${parameters.add(absolute, 'float8')}${share})`
}

function sumSql(
  { column, parts, slack }: Extract<RowTest, { is: 'sum' }>,
  slotOf: SlotName,
  parameters: SqlParameters,
): string {
  const sum = `(0::float8${parts.map((part) => ` + coalesce(r.${slotOf(part)}, 0)`).join('')})`
  const wrong = parts.map((part) => misfitSql(slotOf(part))).join(' or ')
  return isTrue(`${nearSql(`r.${slotOf(column)}`, sum, slack, parameters)} and not (${wrong})`)
}

function operator(op: Comparison): string {
  return op === '!=' ? '<>' : op
}
