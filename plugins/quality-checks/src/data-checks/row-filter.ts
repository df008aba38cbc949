import { columnOf } from './columns.ts'
import type { Condition, DatasetDefinition } from './data-check-types.ts'
import type { RowTest } from './row-test.ts'
import { betweenTest, memberTest } from './rule-tests.ts'

/** Which rows the conditions of a check choose, as a test of a row: in memory and in PostgreSQL it is the same one. */
export function filterTest(
  where: readonly Condition[] | undefined,
  definition: DatasetDefinition,
): RowTest {
  return { is: 'all', of: (where ?? []).map((condition) => conditionTest(condition, definition)) }
}

function conditionTest(condition: Condition, definition: DatasetDefinition): RowTest {
  const test = bareTest(condition, definition)
  return condition.not ? { is: 'not', of: test } : test
}

function bareTest(condition: Condition, definition: DatasetDefinition): RowTest {
  const column = columnOf(definition, condition.column)
  if (condition.values) return memberTest(condition, column)
  if (condition.missing === undefined) return betweenTest(condition, column)
  const present: RowTest = { is: 'present', column: column.name }
  return condition.missing ? { is: 'not', of: present } : present
}
