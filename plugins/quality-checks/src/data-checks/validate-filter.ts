import { Refusal } from '@signalbox/sdk'
import { areOfType, boundsOf, columnOf } from './columns.ts'
import type { Condition, DatasetDefinition } from './data-check-types.ts'

/**
 * Refuses conditions that choose nothing, or something else than they seem to.
 * @throws COLUMN_UNKNOWN, COLUMN_TYPE_UNSUITED, CHECK_INCOMPLETE, CHECK_FIELD_UNUSED, BOUNDS_INVALID
 */
export function validateFilter(
  where: readonly Condition[] | undefined,
  dataset: DatasetDefinition,
): void {
  for (const condition of where ?? []) validateCondition(condition, dataset)
}

function validateCondition(condition: Condition, dataset: DatasetDefinition): void {
  const { values, min, max, excludeMin, excludeMax, missing } = condition
  const column = columnOf(dataset, condition.column)
  const hasRange = min !== undefined || max !== undefined
  const kinds = [values !== undefined, hasRange, missing !== undefined].filter(Boolean).length
  if (kinds !== 1)
    throw new Refusal(
      kinds === 0 ? 'CHECK_INCOMPLETE' : 'CHECK_FIELD_UNUSED',
      `The condition on ${column.name} has "values", or "min" and "max", or "missing": one of the three.`,
    )
  if (!hasRange && (excludeMin !== undefined || excludeMax !== undefined))
    throw new Refusal('CHECK_FIELD_UNUSED', 'Only a condition with "min" or "max" excludes one.')
  if (values && !areOfType(values, column)) throw unsuited('these values')
  if (!hasRange) return
  if (column.type === 'json' || column.type === 'boolean') throw unsuited('a range')
  boundsOf(condition, column)

  function unsuited(asked: string): Refusal {
    return new Refusal(
      'COLUMN_TYPE_UNSUITED',
      `The column ${column.name} is of the type ${column.type}, which ${asked} cannot be of.`,
    )
  }
}
