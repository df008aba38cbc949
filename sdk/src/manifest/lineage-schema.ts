/** A data set, as lineage names it: what it is, and its name. */
const dataset = {
  type: 'string',
  maxLength: 400,
  pattern:
    '^(answer|service:[a-z][a-z0-9.-]*@[0-9]{1,3}/[a-z][A-Za-z0-9]*|event:[a-z][a-z0-9.-]*|table:[a-z_][a-z0-9_]*|dataset:[a-z][a-z0-9+.-]*://[^#\\s]+#[^#\\s]+)$',
  description:
    'service:orders.demand@1/list, event:orders.created, table:forecasts (its own), dataset:postgres://erp:5432#sales.orders, or answer: what the operation answers.',
} as const

const field = { type: 'string', minLength: 1, maxLength: 300 } as const

export const lineageFlow = {
  type: 'object',
  additionalProperties: false,
  required: ['inputs'],
  properties: {
    inputs: {
      type: 'array',
      maxItems: 32,
      uniqueItems: true,
      items: dataset,
      description: 'What it reads.',
    },
    outputs: {
      type: 'array',
      maxItems: 32,
      uniqueItems: true,
      items: dataset,
      description: 'What it writes. Of an operation when absent: its answer.',
    },
    columnMap: {
      type: 'object',
      maxProperties: 32,
      propertyNames: dataset,
      description: 'By output and its field: which fields of inputs it comes from.',
      additionalProperties: {
        type: 'object',
        maxProperties: 200,
        propertyNames: field,
        additionalProperties: {
          type: 'array',
          minItems: 1,
          maxItems: 32,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['input', 'field'],
            properties: {
              input: { ...dataset, description: 'One of inputs.' },
              field: { ...field, description: 'A path such as /rows/[]/sku, or a column.' },
              how: {
                enum: [
                  ...(['identity', 'transformation', 'aggregation'] as const),
                  ...(['join', 'group-by', 'filter', 'sort', 'window', 'conditional'] as const),
                ],
                description:
                  'The first three give the value, the others only decide on it. Default: transformation.',
              },
            },
          },
        },
      },
    },
  },
} as const

export const lineageSchema = {
  type: 'object',
  description:
    'Where its data comes from and goes to; for catalogs and OpenLineage, nothing is run by it.',
  additionalProperties: false,
  properties: {
    operations: {
      type: 'object',
      maxProperties: 256,
      propertyNames: { pattern: '^[a-z][a-z0-9.-]*/[a-z][A-Za-z0-9]*$', maxLength: 161 },
      additionalProperties: lineageFlow,
      description: 'By service and operation, such as orders.forecast/forecast.',
    },
    jobs: {
      type: 'object',
      maxProperties: 64,
      propertyNames: { pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 },
      additionalProperties: lineageFlow,
      description: 'By job of provides.jobs.',
    },
  },
} as const
