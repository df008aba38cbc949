import type { FromSchema } from 'json-schema-to-ts'
import { localized } from './terms.ts'

/** What a price may be by beside the units of a contract: `call`, `month`, and what the host itself measures. */
export const hostUnits = [
  'call',
  'month',
  'host:cpu-ms',
  'host:bytes-in',
  'host:bytes-out',
] as const

/** An RFC 6901 pointer to something: the whole answer cannot be hidden. */
const pointerSchema = {
  type: 'string',
  pattern: '^(/([^~/\\u0000-\\u001f]|~[01])+)+$',
  maxLength: 200,
} as const

/** What a plan of a data service says, to whoever makes one by the host's API and in a manifest alike. */
export const planTermsProperties = {
  ratePerS: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1_000_000,
    description: 'Sustained calls a second.',
  },
  burst: {
    type: 'integer',
    minimum: 1,
    maximum: 1_000_000,
    description: 'How many may come at once after silence.',
  },
  quota: {
    type: 'object',
    description: 'Calls in a calendar period, in UTC.',
    additionalProperties: false,
    required: ['count', 'per'],
    properties: {
      count: { type: 'integer', minimum: 1, maximum: 1_000_000_000_000, description: 'How many.' },
      per: { enum: ['hour', 'day', 'month'], description: 'In which period.' },
    },
  },
  concurrency: {
    type: 'integer',
    minimum: 1,
    maximum: 10_000,
    description: 'Calls at work at once.',
  },
  fields: {
    type: 'object',
    description: 'RFC 6901 pointers into answers that are left out, by operation.',
    maxProperties: 64,
    propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 },
    additionalProperties: {
      type: 'array',
      items: pointerSchema,
      minItems: 1,
      maxItems: 64,
      uniqueItems: true,
    },
  },
  maxRows: {
    type: 'integer',
    minimum: 1,
    maximum: 10_000_000,
    description: 'Rows of an answer at most.',
  },
  price: {
    type: 'object',
    description: 'What it costs; for nothing, when absent.',
    additionalProperties: false,
    required: ['amount', 'currency', 'unit'],
    properties: {
      amount: {
        type: 'string',
        pattern: '^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,12})?$',
        description: 'A decimal, such as 0.0150.',
      },
      currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217, such as CNY.' },
      unit: {
        type: 'string',
        pattern: '^(host:)?[a-z][a-z0-9_-]*$',
        maxLength: 60,
        description: `What one amount buys: ${hostUnits.join(', ')}, or a unit of the contract.`,
      },
    },
  },
  approval: {
    enum: ['auto', 'manual'],
    description: 'Who decides on a subscription: nobody, or the owner of the service.',
  },
} as const

/** A plan under which the author offers a data service of the plugin. */
export const declaredPlanSchema = {
  type: 'object',
  required: ['service', 'name', 'ratePerS', 'burst'],
  additionalProperties: false,
  properties: {
    service: {
      type: 'string',
      pattern: '^[a-z][a-z0-9.-]*@[1-9][0-9]{0,2}$',
      maxLength: 104,
      description: 'A data service of the plugin and its major, such as inventory.forecast@1.',
    },
    name: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      description: 'What subscribers name it by; "standard" is what they get who name none.',
    },
    label: { ...localized, description: 'What it is for, in a few words.' },
    ...planTermsProperties,
  },
} as const

export type DeclaredPlan = FromSchema<typeof declaredPlanSchema>

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** Of ISO 4217, as far as Unicode's CLDR knows it. */
export function isCurrency(code: string): boolean {
  return currencies.has(code)
}
