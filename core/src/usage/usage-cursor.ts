/** The last that a page gave of `units`. */
export type UnitPlace = readonly [key: string, service: string, operation: string, unit: string]

/** Where the next page of usage goes on, and of which span: the last 30 days are others a minute later. */
export interface UsagePlace {
  readonly from: string
  readonly to: string
  readonly by: string
  /** Null: none was given yet. */
  readonly item: string | null
  readonly unit: UnitPlace | null
}

export function cursorOfUsage({ from, to, by, item, unit }: UsagePlace): string {
  return Buffer.from(JSON.stringify([from, to, by, item, unit])).toString('base64url')
}

/** @returns undefined for what `cursorOfUsage` did not write */
export function placeOfUsage(cursor: string): UsagePlace | undefined {
  const parts = parsed(cursor)
  if (!Array.isArray(parts) || parts.length !== 5) return undefined
  const [from, to, by, item, unit] = parts
  const isUnit = unit === null || (Array.isArray(unit) && unit.length === 4 && unit.every(isText))
  if (!isTime(from) || !isTime(to) || !isText(by) || !isUnit) return undefined
  return item === null || isText(item) ? { from, to, by, item, unit } : undefined
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTime = (value: unknown): value is string =>
  isText(value) &&
  /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value))
