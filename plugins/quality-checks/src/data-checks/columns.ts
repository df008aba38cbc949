import { Refusal } from '@signalbox/sdk'
import { instantOf, isTextType } from './cells.ts'
import type { Column, DatasetDefinition, Rule } from './data-check-types.ts'
import { numberOf } from './rule-tests.ts'

/** @throws COLUMN_UNKNOWN */
export function columnOf({ columns, dataset }: DatasetDefinition, name: string): Column {
  const found = columns.find((column) => column.name === name)
  if (!found)
    throw new Refusal(
      'COLUMN_UNKNOWN',
      `The dataset ${dataset} has no column "${name.slice(0, 60)}"; name one of its own.`,
    )
  return found
}

type Bounds = Pick<Rule, 'min' | 'max' | 'excludeMin' | 'excludeMax'>

/** The bounds of a range as they are compared. @throws BOUNDS_INVALID */
export function boundsOf(range: Bounds, column: Column): readonly (string | number)[] {
  const bounds = [range.min, range.max].filter((bound) => bound !== undefined)
  if (column.type === 'text') {
    if (bounds.some((bound) => typeof bound !== 'string'))
      throw new Refusal('BOUNDS_INVALID', 'The bounds of a text column are texts.')
    return bounds
  }
  const numbers = bounds.map((bound) => numberOf(bound, column))
  if (numbers.some(Number.isNaN))
    throw new Refusal(
      'BOUNDS_INVALID',
      `The bounds are of the type ${column.type}, as the column is.`,
    )
  refuseEmpty(range, numbers)
  return numbers
}

function refuseEmpty({ excludeMin, excludeMax }: Bounds, [low, high]: readonly number[]): void {
  if (low === undefined || high === undefined) return
  if (low > high || (low === high && (excludeMin || excludeMax)))
    throw new Refusal('BOUNDS_INVALID', 'No value is between these bounds.')
}

export function areOfType(values: readonly (string | number | boolean)[], column: Column): boolean {
  return values.every(isOfType)
  function isOfType(value: string | number | boolean): boolean {
    if (isTextType(column.type)) return typeof value === 'string'
    if (column.type === 'boolean') return typeof value === 'boolean'
    if (column.type === 'date' || column.type === 'timestamp')
      return typeof value === 'string' && instantOf(value, column.type) !== undefined
    return typeof value === 'number'
  }
}
