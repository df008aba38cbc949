import type { Knex } from 'knex'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { listUnits, type Unit } from './identity-store.ts'

/** What a grant of `identity:read` may name, and where it stands. People come with their own fields. */
const fields = {
  'unit-name': 'name',
  'unit-parent': 'parent',
} as const satisfies Record<string, keyof Unit>

interface Request {
  readonly cursor?: string
}

const PAGE = 200

/** `ctx.identity.units`: the tenant's units, by id, with just the fields that were granted. */
export function identityUnits(knex: Knex): HostCall {
  return {
    capability: 'identity:read',
    covers: ({ parameters }) => Object.keys(fields).some((field) => namesField(parameters, field)),
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { cursor: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' } },
    },
    hasEffect: () => false,
    budget: { ratePerS: 10, burst: 100 },
    run: async ({ scope, request: { cursor }, grant }: GrantedCall<Request>) => {
      const units = await listUnits(knex, scope.tenant, { limit: PAGE, cursor })
      const items = units.map((unit) => only(unit, grant.parameters))
      const next = units.length === PAGE ? units.at(-1)?.id : undefined
      return next === undefined ? { items } : { items, next }
    },
  }
}

/** The id is always there: without it nothing else could be kept. */
function only(unit: Unit, parameters: Readonly<Record<string, unknown>>): object {
  const shown = Object.entries(fields)
    .filter(([field]) => namesField(parameters, field))
    .map(([, property]) => [property, unit[property]])
  return { id: unit.id, ...Object.fromEntries(shown) }
}

function namesField(parameters: Readonly<Record<string, unknown>>, field: string): boolean {
  return Array.isArray(parameters.fields) && parameters.fields.includes(field)
}
