const text = <const Description extends string>(description: Description) =>
  ({ type: 'string', minLength: 1, maxLength: 2000, description }) as const

const localized = <const Description extends string>(description: Description) =>
  ({
    type: 'object',
    description,
    required: ['en'],
    additionalProperties: false,
    properties: { en: text('English.'), 'zh-CN': text('Simplified Chinese.') },
  }) as const

const jsonSchema = <const Description extends string>(description: Description) =>
  ({ type: ['object', 'boolean'], description }) as const

const paths = <const Description extends string>(description: Description) =>
  ({
    type: 'array',
    maxItems: 100,
    items: { type: 'string', maxLength: 300, pattern: '^(/[^/]+)+$' },
    description,
  }) as const

const example = {
  type: 'object',
  required: ['input'],
  additionalProperties: false,
  properties: {
    name: text('What the example shows.'),
    input: { description: 'An input that fits the schema.' },
    output: { description: 'An output that fits the schema.' },
  },
} as const

const operation = {
  type: 'object',
  required: ['input'],
  additionalProperties: false,
  properties: {
    summary: localized('What the operation does, in a sentence.'),
    safe: {
      type: 'boolean',
      description: 'Reads only: may be retried, asked by GET, and answered by another version.',
    },
    deadlineMs: {
      type: 'integer',
      minimum: 10,
      maximum: 30000,
      description: "The whole call, ms; the version's own deadline bounds it.",
    },
    delivery: {
      enum: ['call', 'bytes'],
      description:
        'bytes: the answer is streamed as it is made, for the tier trusted. Default: call, one JSON value.',
    },
    contentType: {
      type: 'string',
      maxLength: 100,
      pattern: '^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(; ?[a-z0-9-]+=[A-Za-z0-9._-]+)*$',
      description: 'Of delivery bytes: the media type, such as application/x-ndjson.',
    },
    maxMb: {
      type: 'integer',
      minimum: 1,
      maximum: 4096,
      description: 'Of delivery bytes: an answer is cut at so many MiB. Default: 64.',
    },
    maxSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 900,
      description:
        'Of delivery bytes: the whole answer, s; deadlineMs is to its first byte. Default: 300.',
    },
    cache: {
      type: 'object',
      required: ['maxAgeS'],
      additionalProperties: false,
      description:
        'Of a safe operation: an answer may be given again to the same input, by the host and by its caller.',
      properties: {
        maxAgeS: {
          type: 'integer',
          minimum: 1,
          maximum: 86400,
          description: 'How old an answer may be, s.',
        },
        vary: {
          enum: ['app', 'tenant'],
          description:
            'tenant: every app of a tenant is answered alike. Default: app, each has answers of its own.',
        },
      },
    },
    requires: { type: 'string', maxLength: 100, description: 'Permission a user needs.' },
    requiresIn: {
      enum: ['tenant', 'unit'],
      description:
        'Where a user needs it: in the whole tenant, the default; or in some units at least, which ctx.principal.units names.',
    },
    input: jsonSchema(
      'JSON Schema 2020-12 of the input. `"sensitive": true` beside a value keeps it out of recordings.',
    ),
    output: jsonSchema(
      'JSON Schema 2020-12 of the output; `sensitive` as in the input. Not of delivery bytes.',
    ),
    units: {
      type: 'array',
      maxItems: 16,
      uniqueItems: true,
      items: { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 },
      description: 'Units that its calls are metered by, as in ctx.meter, such as rows.',
    },
    errors: {
      type: 'array',
      maxItems: 32,
      description: 'Refusals of its own that callers can expect, with status 422.',
      items: {
        type: 'object',
        required: ['code'],
        additionalProperties: false,
        properties: {
          code: {
            type: 'string',
            pattern: '^[A-Z][A-Z0-9_]*$',
            maxLength: 60,
            description: 'As the Refusal has it.',
          },
          summary: localized('When it is given.'),
        },
      },
    },
    compare: {
      type: 'object',
      additionalProperties: false,
      description:
        'How answers of two versions are compared. Paths are such as /rows/[]/readAt; [] is every element.',
      properties: {
        ignore: paths('Fields that differ between two calls of one version: times, ids, versions.'),
        sets: paths('Arrays whose order says nothing.'),
      },
    },
    examples: {
      type: 'array',
      maxItems: 16,
      items: example,
      description: 'Checked against both schemas when the plugin is packed and published.',
    },
  },
} as const

const offeredEvent = {
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: {
    type: {
      type: 'string',
      maxLength: 100,
      pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$',
      description: 'A type of provides.events in the manifest.',
    },
    summary: localized('What the event tells, in a sentence.'),
    delivery: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { enum: ['stream', 'webhook'] },
      description: 'How: server-sent events, webhooks. Default: both.',
    },
  },
} as const

/** A data service's contract file: the promise an app subscribes to. */
export const contractSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Signalbox data service contract',
  type: 'object',
  required: ['id', 'major', 'title', 'operations'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', description: 'For editors only.' },
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
    title: localized('Name shown to people.'),
    description: localized('What the service is for.'),
    owner: { type: 'string', maxLength: 200, description: 'Who answers for the service.' },
    domain: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]*$',
      maxLength: 60,
      description: 'The part of the business it belongs to, such as logistics.',
    },
    tags: {
      type: 'array',
      maxItems: 20,
      uniqueItems: true,
      items: { type: 'string', minLength: 1, maxLength: 60, pattern: '^[^\\u0000-\\u001f,]*$' },
      description: 'Words it is found by.',
    },
    serviceLevels: {
      type: 'object',
      additionalProperties: false,
      description:
        'What is promised of all operations together; measured by the host over 30 days.',
      properties: {
        availability: {
          type: 'number',
          minimum: 0,
          maximum: 100,
          description:
            'Per cent of calls that do not fail by a fault of the service, such as 99.9.',
        },
        p95Ms: {
          type: 'integer',
          minimum: 1,
          maximum: 900000,
          description: 'Milliseconds within which 95 of 100 calls are answered.',
        },
      },
    },
    terms: { type: 'string', maxLength: 2000, description: 'Under which terms it may be used.' },
    operations: {
      type: 'object',
      minProperties: 1,
      maxProperties: 64,
      propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 },
      additionalProperties: operation,
      description: 'By name, in camelCase.',
    },
    events: {
      type: 'array',
      maxItems: 64,
      items: offeredEvent,
      description: "Events of the plugin's that apps with a subscription hear in their tenant.",
    },
  },
} as const
