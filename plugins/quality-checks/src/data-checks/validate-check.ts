import { Refusal } from '@signalbox/sdk'
import { isTextType } from './cells.ts'
import { areOfType, boundsOf, columnOf } from './columns.ts'
import type { CheckDefinition, Column, DatasetDefinition, Rule } from './data-check-types.ts'
import { schemaValidator } from './json-schema.ts'
import { patternMatcher } from './pattern/match-pattern.ts'
import { postgresPattern } from './pattern/postgres-pattern.ts'
import { ruleFields } from './rule-fields.ts'
import { validateFilter } from './validate-filter.ts'

const MAX_COLUMNS = 8

/**
 * Refuses a check that could not be worked out, or that would say something else than it seems to: so a run meets only
 * checks that mean what they say.
 * @param other the definition of `otherDataset`, where the check names one and it is there
 * @throws CHECK_INCOMPLETE, CHECK_FIELD_UNUSED, COLUMN_UNKNOWN, COLUMN_TYPE_UNSUITED, BOUNDS_INVALID, THRESHOLDS_INVALID,
 * DATASET_UNKNOWN, PATTERN_UNSUPPORTED, PATTERN_TOO_COSTLY, SCHEMA_UNSUPPORTED
 */
export function validateCheck(
  check: CheckDefinition,
  dataset: DatasetDefinition,
  other: DatasetDefinition | undefined,
): void {
  requireFields(check)
  const columns = columnsOf(check, dataset)
  validateThresholds(check)
  validateBounds(check, columns[0])
  validateRule(check, columns, dataset)
  if (check.otherDataset !== undefined) validateOther(check, columns, other)
  validateFilter(check.where, dataset)
  if (other) validateFilter(check.otherWhere, other)
}

const RULE_FIELDS = [
  ...new Set(Object.values(ruleFields).flatMap(({ needs, may }) => [...needs, ...may])),
]

function requireFields(check: CheckDefinition): void {
  const { needs, may } = ruleFields[check.rule]
  for (const field of needs) {
    const value = check[field]
    if (value === undefined || (Array.isArray(value) && value.length === 0))
      throw new Refusal('CHECK_INCOMPLETE', `A check of the rule ${check.rule} needs "${field}".`)
  }
  const unused = RULE_FIELDS.find(
    (field) => check[field] !== undefined && ![...needs, ...may].includes(field),
  )
  if (unused)
    throw new Refusal(
      'CHECK_FIELD_UNUSED',
      `A check of the rule ${check.rule} has no use for "${unused}"; leave it out.`,
    )
}

/** The columns that the check names in its own dataset, `column` first. */
function columnsOf({ column, other, columns = [] }: Rule, dataset: DatasetDefinition): Column[] {
  const names = [
    ...(column === undefined ? [] : [column]),
    ...(other === undefined ? [] : [other]),
    ...columns,
  ]
  if (columns.length > MAX_COLUMNS)
    throw new Refusal('BOUNDS_INVALID', `Name at most ${MAX_COLUMNS} columns.`)
  return names.map((name) => columnOf(dataset, name))
}

function validateThresholds({ redLine = 1, warn = redLine, rule }: CheckDefinition): void {
  if (warn < redLine)
    throw new Refusal(
      'THRESHOLDS_INVALID',
      'A check warns before it fails: set "warn" to at least "redLine".',
    )
  if (ruleFields[rule].way === 'whole' && redLine !== 1)
    throw new Refusal(
      'THRESHOLDS_INVALID',
      `A check of the rule ${rule} passes or fails as a whole; leave "redLine" and "warn" out.`,
    )
}

function validateBounds(check: CheckDefinition, column: Column | undefined): void {
  const { rule } = check
  const count = { name: '', type: 'number' as const }
  const bounds = boundsOf(check, rule === 'between' && column ? column : count)
  if (bounds.length === 0 && (rule === 'between' || rule === 'length'))
    throw new Refusal('CHECK_INCOMPLETE', `A check of the rule ${rule} needs "min" or "max".`)
  if (rule !== 'between' && !bounds.every(isCount))
    throw new Refusal('BOUNDS_INVALID', 'The bounds are whole numbers from 0.')
}

const isCount = (bound: string | number) =>
  typeof bound === 'number' && Number.isInteger(bound) && bound >= 0 && bound < 2 ** 31

type Suited = (column: Column) => boolean

const isTextual: Suited = ({ type }) => isTextType(type)
const isNumeric: Suited = ({ type }) => type === 'number' || type === 'integer'
const isInstant: Suited = ({ type }) => type === 'date' || type === 'timestamp'

/** Which columns a rule can be asked of; any, where it is not here. */
const suited: Partial<Record<Rule['rule'], Suited>> = {
  pattern: isTextual,
  length: isTextual,
  'json-schema': isTextual,
  between: ({ type }) => type !== 'json' && type !== 'boolean',
  sum: isNumeric,
  fresh: isInstant,
  drift: isNumeric,
}

function validateRule(
  check: CheckDefinition,
  columns: readonly Column[],
  dataset: DatasetDefinition,
): void {
  const isSuited = suited[check.rule]
  const unsuited = isSuited && columns.find((column) => !isSuited(column))
  if (unsuited) throw unsuitedTo(check, unsuited)
  const [column, other] = columns
  switch (check.rule) {
    case 'pattern':
      patternMatcher(check.pattern as string)
      postgresPattern(check.pattern as string)
      return
    case 'json-schema':
      schemaValidator(check.schema ?? {})
      return
    case 'one-of':
      validateValues(check, column as Column)
      return
    case 'format':
      validateFormat(check, column as Column)
      return
    case 'compare':
      validateComparison(check, column as Column, other as Column)
      return
    case 'not-null':
      if (check.blankIsMissing && !isTextual(column as Column))
        throw unsuitedTo(check, column as Column)
      return
    case 'agree':
      if (!isNumeric(column as Column)) throw unsuitedTo(check, column as Column)
      return
    case 'fresh':
      validateFreshness(check, dataset)
      return
    case 'volume':
      if (check.min === undefined && check.max === undefined && check.maxRobustZ === undefined)
        throw new Refusal(
          'CHECK_INCOMPLETE',
          'A check of the rule volume needs "min", "max" or "maxRobustZ".',
        )
      return
    default:
  }
}

function unsuitedTo({ rule }: Rule, { name, type }: Column): Refusal {
  return new Refusal(
    'COLUMN_TYPE_UNSUITED',
    `The rule ${rule} is not for the column ${name}, which is of the type ${type}.`,
  )
}

function validateValues({ values = [], rule }: CheckDefinition, column: Column): void {
  if (!areOfType(values, column)) throw unsuitedTo({ rule }, column)
}

function validateFormat(check: CheckDefinition, column: Column): void {
  const isDate = { date: 'date', 'date-time': 'timestamp' }[check.format as string] === column.type
  if (!isTextType(column.type) && !isDate) throw unsuitedTo(check, column)
}

function validateComparison(check: CheckDefinition, left: Column, right: Column): void {
  const kind = ({ type }: Column) =>
    isTextType(type) ? 'text' : type === 'number' || type === 'integer' ? 'number' : type
  if (kind(left) !== kind(right)) throw unsuitedTo(check, right)
  const hasSlack = check.tolerance !== undefined || check.relativeTolerance !== undefined
  if (hasSlack && (isTextType(left.type) || !['=', '!='].includes(check.comparison ?? '=')))
    throw new Refusal(
      'CHECK_FIELD_UNUSED',
      'A tolerance is for numbers that are compared by = or !=.',
    )
}

function validateFreshness(
  { column, maxAgeMinutes }: CheckDefinition,
  dataset: DatasetDefinition,
): void {
  if ((column ?? dataset.watermark) === undefined)
    throw new Refusal(
      'CHECK_INCOMPLETE',
      'Name the "column" of instants, or give the dataset a "watermark".',
    )
  if ((maxAgeMinutes ?? dataset.maxAgeMinutes) === undefined)
    throw new Refusal(
      'CHECK_INCOMPLETE',
      'A check of the rule fresh needs "maxAgeMinutes", here or in the dataset.',
    )
}

function validateOther(
  check: CheckDefinition,
  own: readonly Column[],
  other: DatasetDefinition | undefined,
): void {
  const { otherDataset = '', otherColumns = [], otherColumn, columns = [] } = check
  if (!other)
    throw new Refusal('DATASET_UNKNOWN', `There is no dataset ${otherDataset}; define it first.`)
  if (otherColumns.length !== columns.length)
    throw new Refusal('CHECK_INCOMPLETE', 'Name as many "otherColumns" as "columns".')
  const keys = own.slice(own.length - columns.length)
  for (const [index, name] of otherColumns.entries()) {
    const [left, right] = [keys[index] as Column, columnOf(other, name)]
    if (isTextType(left.type) !== isTextType(right.type) || isInstant(left) !== isInstant(right))
      throw unsuitedTo(check, right)
  }
  if (otherColumn !== undefined && !isNumeric(columnOf(other, otherColumn)))
    throw unsuitedTo(check, columnOf(other, otherColumn))
}
