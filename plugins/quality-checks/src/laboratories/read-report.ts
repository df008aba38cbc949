import { Refusal } from '@signalbox/sdk'
import type { LaboratoryReport, ReportedResult } from './laboratory-report.ts'
import {
  defaultFields,
  type FieldMapping,
  type LaboratoryConfig,
  type LaboratorySource,
} from './laboratory-settings.ts'

/** More are a file, and belong into several reports. */
const MOST_RESULTS = 100

/** Whose delivery it is. @throws LABORATORY_UNKNOWN */
export function sourceOf(json: unknown, { laboratories = [] }: LaboratoryConfig): LaboratorySource {
  const found = laboratories.find(
    ({ match }) => match === undefined || textAt(json, match.pointer) === match.equals,
  )
  if (found !== undefined) return found
  throw new Refusal(
    'LABORATORY_UNKNOWN',
    'No laboratory of the settings matches this delivery; add one under `laboratories`.',
  )
}

/**
 * What a delivery says, by the mapping of its laboratory. Nothing has checked it before: what is missing or of another kind is
 * refused with its place, never guessed.
 * @throws REPORT_UNREADABLE
 */
export function readReport(json: unknown, source: LaboratorySource): LaboratoryReport {
  const fields: FieldMapping = { ...defaultFields, ...source.fields }
  const results = at(json, fields.results)
  if (!Array.isArray(results) || results.length === 0 || results.length > MOST_RESULTS) {
    throw unreadable(fields.results, `1 to ${MOST_RESULTS} results`)
  }
  return {
    laboratory: source.laboratory,
    report: requireText(json, fields.report, 200),
    lot: requireText(json, fields.lot, 200),
    item: fields.item === undefined ? null : (textAt(json, fields.item) ?? null),
    reportedAt: requireInstant(json, fields.reportedAt),
    results: results.map((one) => readResult(one, fields, source)),
  }
}

function readResult(
  json: unknown,
  fields: FieldMapping,
  { characteristics = [], verdicts }: LaboratorySource,
): ReportedResult {
  const name = requireText(json, fields.characteristic, 100)
  const mapped = characteristics.find((one) => one.name === name)
  const value = numberAt(json, fields.value)
  const text = optionalText(json, fields.text, 500)
  const verdict = at(json, fields.passed)
  const passed = verdictOf(verdict, verdicts)
  if (value === null && text === null && passed === null) {
    throw unreadable(fields.value ?? fields.characteristic, `a result of ${name}`)
  }
  const unit = optionalText(json, fields.unit, 20) ?? mapped?.reportedUnit ?? null
  return {
    characteristic: mapped?.characteristic ?? name,
    ...{ value, text, unit, passed },
    method: optionalText(json, fields.method, 100),
    uncertainty: numberAt(json, fields.uncertainty),
  }
}

/** @throws REPORT_UNREADABLE for a verdict that nobody gave a meaning */
function verdictOf(given: unknown, verdicts: LaboratorySource['verdicts']): boolean | null {
  if (given === undefined || given === null) return null
  if (typeof given === 'boolean') return given
  const text = String(given)
  if (verdicts?.passed.includes(text) === true) return true
  if (verdicts?.failed.includes(text) === true) return false
  throw new Refusal(
    'REPORT_UNREADABLE',
    `The verdict ${text.slice(0, 40)} has no meaning; name it under \`verdicts\` of the laboratory.`,
  )
}

function unreadable(pointer: string, what: string): Refusal {
  return new Refusal('REPORT_UNREADABLE', `At ${pointer || '/'} there is not ${what}.`)
}

/** By JSON pointer (RFC 6901); undefined where nothing is. */
function at(json: unknown, pointer: string | undefined): unknown {
  if (pointer === undefined) return undefined
  let found = json
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found
}

function textAt(json: unknown, pointer: string): string | undefined {
  const found = at(json, pointer)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' && found !== '' ? found : undefined
}

function requireText(json: unknown, pointer: string, most: number): string {
  const found = textAt(json, pointer)
  if (found !== undefined && found.length <= most) return found
  throw unreadable(pointer, `a text of 1 to ${most} characters`)
}

function optionalText(json: unknown, pointer: string | undefined, most: number): string | null {
  if (pointer === undefined || at(json, pointer) === undefined || at(json, pointer) === null)
    return null
  return requireText(json, pointer, most)
}

/** Other forms are read by a host as it likes: 03/04/2026 is a day of March or of April. */
const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

function requireInstant(json: unknown, pointer: string): string {
  const text = requireText(json, pointer, 40)
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw unreadable(pointer, 'an instant as RFC 3339 has it')
}

/** Laboratories write numbers as texts too; `<0.01` is no number and stays a text of its own. */
function numberAt(json: unknown, pointer: string | undefined): number | null {
  const found = at(json, pointer)
  if (found === undefined || found === null) return null
  const isPlain =
    typeof found === 'string' && /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(found.trim())
  const value = typeof found === 'number' || isPlain ? Number(found) : Number.NaN
  if (Number.isFinite(value)) return value
  throw unreadable(pointer ?? '', 'a number')
}
