import { coreErrors } from '../errors.ts'

/** A point in time with its offset (RFC 3339), to the minute at least. */
export const momentSchema = {
  type: 'string',
  maxLength: 40,
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})$',
} as const

export const momentOrNullSchema = { ...momentSchema, type: ['string', 'null'] } as const

/** Half open, in UTC: the end is the first moment without it. */
export interface Validity<From extends string | null> {
  readonly validFrom: From
  readonly validTo: string | null
}

/** @returns in UTC; undefined: it is none, or one of a year that PostgreSQL writes in another way */
export function inUtc(at: string): string | undefined {
  const time = Date.parse(at)
  const text = Number.isNaN(time) ? '' : new Date(time).toISOString()
  return /^(?!0000)\d{4}-/.test(text) ? text : undefined
}

/** @throws CORE_INPUT_INVALID where one is no point in time, or it ends before it begins */
export function validityOf<From extends string | null>(
  from: From,
  to: string | null,
): Validity<From> {
  const faults = Object.entries({ validFrom: from, validTo: to })
    .filter(([, at]) => at !== null && inUtc(at) === undefined)
    .map(([name]) => ({ pointer: `/${name}`, detail: 'is no point in time' }))
  if (faults.length === 0 && from !== null && to !== null && Date.parse(to) <= Date.parse(from)) {
    faults.push({ pointer: '/validTo', detail: 'has to be after validFrom' })
  }
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  return { validFrom: utcOrNull(from) as From, validTo: utcOrNull(to) }
}

const utcOrNull = (at: string | null) => (at === null ? null : (inUtc(at) ?? null))
