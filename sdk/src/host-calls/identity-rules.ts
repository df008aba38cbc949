import type { CallRule, Grant } from './call-rule.ts'

/** A unit of the tenant's organisation, as far as a plugin may ever be told of it. */
export interface KnownUnit {
  readonly id: string
  readonly name: string
  readonly parent: string | null
}

/** What a grant of `identity:read` may name, and where it stands. People come with their own fields. */
const fields = {
  'unit-name': 'name',
  'unit-parent': 'parent',
} as const satisfies Record<string, keyof KnownUnit>

/** Units of one answer. */
export const UNITS_PAGE = 200

/** `ctx.identity.units`: the tenant's units, by id, with just the fields that were granted. */
export const identityUnitsRule = {
  capability: 'identity:read',
  covers: ({ parameters }: Grant) =>
    Object.keys(fields).some((field) => namesField(parameters, field)),
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: { cursor: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' } },
  },
  hasEffect: () => false,
  budget: { ratePerS: 10, burst: 100 },
} as const satisfies CallRule

/** @param units of the page, in the order of their ids, at most UNITS_PAGE */
export function shownUnits(units: readonly KnownUnit[], { parameters }: Grant) {
  const items = units.map((unit) => only(unit, parameters))
  const next = units.length === UNITS_PAGE ? units.at(-1)?.id : undefined
  return next === undefined ? { items } : { items, next }
}

/** The id is always there: without it nothing else could be kept. */
function only(unit: KnownUnit, parameters: Grant['parameters']): object {
  const shown = Object.entries(fields)
    .filter(([field]) => namesField(parameters, field))
    .map(([, property]) => [property, unit[property]])
  return { id: unit.id, ...Object.fromEntries(shown) }
}

function namesField(parameters: Grant['parameters'], field: string): boolean {
  const { fields: named } = parameters as { readonly fields?: unknown }
  return Array.isArray(named) && named.includes(field)
}
