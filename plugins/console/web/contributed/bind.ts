/**
 * How a page's words become an input: constants, parameters of the page, fields of a row. All of it was written by a plugin
 * or typed into an address, so nothing here walks up a prototype, and everything ends. Pure.
 */
export type BoundInput = Readonly<Record<string, unknown>>

export interface BindScope {
  readonly params: ReadonlyMap<string, string>
  /** The row that an action is of; absent where there is none. */
  readonly row?: unknown
}

const MOST_PARTS = 32
const MOST_DEPTH = 16
/** Values that an input is put together of. */
const MOST_VALUES = 2000
const RISKY: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A name that could lead from a value to what all values share. */
export function isRisky(name: string): boolean {
  return RISKY.has(name)
}

/** @param pointer JSON pointer (RFC 6901) @returns undefined where nothing is, or nothing may be looked for */
export function readPointer(value: unknown, pointer: string | undefined): unknown {
  if (pointer === undefined || pointer === '') return value
  if (!pointer.startsWith('/')) return undefined
  const parts = pointer.slice(1).split('/')
  if (parts.length > MOST_PARTS) return undefined
  let at: unknown = value
  for (const part of parts) at = memberOf(at, part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return at
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || isRisky(name)) return undefined
  if (Array.isArray(value) && !/^(0|[1-9]\d{0,8})$/.test(name)) return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

/**
 * @returns the input with what it refers to put in; a member whose parameter or field is not there is left out, and so is
 * one of a risky name
 */
export function bindInput(
  input: BoundInput | undefined,
  scope: BindScope,
): Record<string, unknown> {
  const budget = { left: MOST_VALUES }
  const bound = bindValue(input ?? {}, scope, 0, budget)
  return typeof bound === 'object' && bound !== null ? (bound as Record<string, unknown>) : {}
}

function bindValue(
  value: unknown,
  scope: BindScope,
  depth: number,
  budget: { left: number },
): unknown {
  budget.left -= 1
  if (depth > MOST_DEPTH || budget.left < 0)
    throw new RangeError('the input of the page is too large')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value
      .map((one) => bindValue(one, scope, depth + 1, budget))
      .filter((one) => one !== undefined)
  }
  const named = referenceIn(value as Record<string, unknown>)
  if (named !== undefined) return lookUp(named, scope)
  const made: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    if (isRisky(name)) continue
    const bound = bindValue(inner, scope, depth + 1, budget)
    if (bound !== undefined) made[name] = bound
  }
  return made
}

type Reference = readonly ['$param' | '$field', string]

/** `{"$param": …}` and `{"$field": …}`, and nothing beside them. */
function referenceIn(value: Record<string, unknown>): Reference | undefined {
  const [entry, more] = Object.entries(value)
  if (entry === undefined || more !== undefined) return undefined
  const [name, told] = entry
  if ((name !== '$param' && name !== '$field') || typeof told !== 'string') return undefined
  return [name, told]
}

function lookUp([kind, name]: Reference, { params, row }: BindScope): unknown {
  if (kind === '$field') return readPointer(row, name)
  const given = params.get(name)
  return given === undefined || given === '' ? undefined : given
}

/** Names of the parameters that an input asks for. */
export function paramsIn(input: BoundInput | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(input ?? {})) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    const reference = referenceIn(value as Record<string, unknown>)
    if (reference?.[0] === '$param') found.set(name, reference[1])
  }
  return found
}

/** What a link hands over: fields of a row as words of an address. What is no scalar is not handed over. */
export function linkParams(
  params: Readonly<Record<string, string>>,
  row: unknown,
): ReadonlyMap<string, string> {
  const handed = new Map<string, string>()
  for (const [name, pointer] of Object.entries(params)) {
    const value = readPointer(row, pointer)
    if (isRisky(name) || !isScalar(value)) continue
    handed.set(name, String(value))
  }
  return handed
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** Rows that a block shows: the list at the pointer, or nothing. */
export function rowsAt(answer: unknown, pointer: string | undefined): readonly unknown[] {
  const found = readPointer(answer, pointer)
  return Array.isArray(found) ? found : []
}
