import type { CallRule } from './call-rule.ts'

export interface MeterRequest {
  readonly unit: string
  readonly n: number
}

/** Contracts name what they sell; more than this, of a version in a tenant, is a value taken for a unit. */
export const MAX_UNITS = 16

/** `ctx.meter`: always there. It counts as a read, so that a safe operation stays one. */
export const meterRule = {
  capability: null,
  covers: () => true,
  schema: {
    type: 'object',
    required: ['unit', 'n'],
    additionalProperties: false,
    properties: {
      unit: { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 },
      // Whole, so that sums are exact; a part of a unit is a smaller unit.
      n: { type: 'integer', minimum: 0, maximum: 1_000_000_000 },
    },
  },
  hasEffect: () => false,
  facet: ({ unit }: MeterRequest) => unit,
} as const satisfies CallRule
