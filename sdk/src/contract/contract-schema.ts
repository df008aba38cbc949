const text = { type: 'string', minLength: 1, maxLength: 2000 } as const
const jsonSchema = {
  type: ['object', 'boolean'],
  description: 'A JSON Schema 2020-12.',
} as const

/** A data service's contract file: the promise an app subscribes to. */
export const contractSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Signalbox data service contract',
  type: 'object',
  required: ['id', 'major', 'title', 'operations'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    id: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$',
      maxLength: 100,
      description: 'The service, such as orders.visibility.',
    },
    major: {
      type: 'integer',
      minimum: 1,
      maximum: 999,
      description: 'Major version: breaking changes raise it.',
    },
    title: {
      type: 'object',
      required: ['en'],
      additionalProperties: false,
      properties: { en: text, 'zh-CN': text },
    },
    description: {
      type: 'object',
      required: ['en'],
      additionalProperties: false,
      properties: { en: text, 'zh-CN': text },
    },
    owner: { type: 'string', maxLength: 200, description: 'Who answers for the service.' },
    terms: { type: 'string', maxLength: 2000 },
    operations: {
      type: 'object',
      minProperties: 1,
      maxProperties: 64,
      propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 },
      additionalProperties: {
        type: 'object',
        required: ['input', 'output'],
        additionalProperties: false,
        properties: {
          summary: {
            type: 'object',
            required: ['en'],
            additionalProperties: false,
            properties: { en: text, 'zh-CN': text },
          },
          safe: {
            type: 'boolean',
            description: 'Reads only: may be retried and answered by another version.',
          },
          deadlineMs: { type: 'integer', minimum: 10, maximum: 30000 },
          requires: { type: 'string', maxLength: 100, description: 'Permission a user needs.' },
          input: jsonSchema,
          output: jsonSchema,
          examples: {
            type: 'array',
            maxItems: 16,
            items: {
              type: 'object',
              required: ['input'],
              additionalProperties: false,
              properties: { name: text, input: {}, output: {} },
            },
          },
        },
      },
    },
  },
} as const
