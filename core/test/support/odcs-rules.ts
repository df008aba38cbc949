/**
 * What the Open Data Contract Standard 3.1.0 asks of the parts that our documents have: which properties each may have,
 * which it must, and of which type. Written down from the standard's own schema, draft 2019-09.
 */
const text = { type: 'string' } as const
const texts = { type: 'array', items: text } as const

const closed = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const element = {
  name: text,
  physicalType: text,
  description: text,
  businessName: text,
  tags: texts,
}

const property = {
  ...element,
  logicalType: {
    enum: [
      'string',
      'date',
      'timestamp',
      'time',
      'number',
      'integer',
      'object',
      'array',
      'boolean',
    ],
  },
  logicalTypeOptions: { type: 'object' },
  required: { type: 'boolean' },
  unique: { type: 'boolean' },
  classification: text,
  examples: { type: 'array' },
  properties: { type: 'array', items: { $ref: '#/$defs/property' } },
  items: { $ref: '#/$defs/item' },
}

/** Members that only one logical type has; a property that names no type may have any. */
const ofOneType = [
  ['object', 'properties'],
  ['array', 'items'],
].map(([logicalType, member]) => ({
  if: { required: ['logicalType', member] },
  // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
  then: { properties: { logicalType: { const: logicalType } } },
}))

export const odcsRules = {
  $schema: 'https://json-schema.org/draft/2019-09/schema',
  ...closed(
    {
      apiVersion: { const: 'v3.1.0' },
      kind: { const: 'DataContract' },
      id: text,
      name: text,
      version: text,
      status: { enum: ['proposed', 'draft', 'active', 'deprecated', 'retired'] },
      domain: text,
      tags: texts,
      description: {
        type: 'object',
        properties: { purpose: text, usage: text, limitations: text },
      },
      team: closed({ name: text, description: text, members: { type: 'array' } }, []),
      schema: { type: 'array', items: { $ref: '#/$defs/object' } },
      slaProperties: {
        type: 'array',
        items: closed(
          {
            property: text,
            value: { type: ['string', 'number', 'boolean', 'null'] },
            unit: text,
            element: text,
            driver: text,
            description: text,
          },
          ['property', 'value'],
        ),
      },
    },
    ['version', 'apiVersion', 'kind', 'id', 'status'],
  ),
  $defs: {
    object: closed(
      { ...element, logicalType: { const: 'object' }, properties: property.properties },
      ['name'],
    ),
    property: { ...closed(property, ['name']), allOf: ofOneType },
    item: { ...closed(property, []), allOf: ofOneType },
  },
}
