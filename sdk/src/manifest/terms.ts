/** Words that the schemas of the manifest share. */

export const localized = {
  type: 'object',
  description: 'A text in each language of the host.',
  required: ['en'],
  additionalProperties: false,
  properties: {
    en: { type: 'string', minLength: 1, maxLength: 500, description: 'English.' },
    'zh-CN': { type: 'string', minLength: 1, maxLength: 500, description: 'Simplified Chinese.' },
  },
} as const

export const packageName = {
  type: 'string',
  description: 'A name of an npm package, such as @acme/orders.',
  pattern: '^(@[a-z0-9-~][a-z0-9-._~]*/)?[a-z0-9-~][a-z0-9-._~]*$',
  maxLength: 214,
} as const
/** A relative path inside the package: no leading slash, no `..`, no backslash. */
export const packagePath = {
  type: 'string',
  pattern: '^(?!.*(^|/)\\.\\.?(/|$))[A-Za-z0-9_@][A-Za-z0-9_@.\\-/]*$',
  maxLength: 200,
  description: 'A path inside the package, such as contracts/a.json.',
} as const
export const dottedId = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$',
  maxLength: 100,
  description: 'Lower case words joined by dots, such as orders.demand.',
} as const
export const identifier = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_-]*$',
  maxLength: 60,
  description: 'Lower case letters, digits, - and _, such as safety_stock.',
} as const
export const operationName = {
  type: 'string',
  pattern: '^[a-z][A-Za-z0-9]*$',
  maxLength: 60,
  description: 'An operation of a data service, such as reorder.',
} as const
export const serviceRange = {
  type: 'string',
  pattern: '^[a-z][a-z0-9.-]*@\\^?\\d+$',
  maxLength: 120,
  description: 'A data service and its major version, such as orders.demand@^1.',
} as const
