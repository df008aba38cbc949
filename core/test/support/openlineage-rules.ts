/**
 * What OpenLineage 2-0-2 asks of events, and its facet ColumnLineageDatasetFacet 1-2-0 of columns: the members that must
 * be there and of which type, written down from the specification. What it does not name it lets through; here that is
 * refused too, so that a slip is seen.
 */
const text = { type: 'string', minLength: 1 } as const
const uri = { type: 'string', pattern: '^(urn:[a-z]+:|https://)' } as const

const closed = (properties: object, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})

const named = { namespace: text, name: text }

const transformation = closed({
  type: { enum: ['DIRECT', 'INDIRECT'] },
  subtype: {
    enum: [
      ...['IDENTITY', 'TRANSFORMATION', 'AGGREGATION'],
      ...['JOIN', 'GROUP_BY', 'FILTER', 'SORT', 'WINDOW', 'CONDITIONAL'],
    ],
  },
})

const columnLineage = closed({
  _producer: uri,
  _schemaURL: uri,
  fields: {
    type: 'object',
    additionalProperties: closed({
      inputFields: {
        type: 'array',
        items: closed({
          ...named,
          field: text,
          transformations: { type: 'array', items: transformation },
        }),
      },
    }),
  },
})

const base = {
  eventTime: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z$' },
  producer: uri,
  schemaURL: uri,
}
const flow = {
  job: closed(named),
  inputs: { type: 'array', items: closed(named) },
  outputs: {
    type: 'array',
    items: closed({ ...named, facets: closed({ columnLineage }) }, ['facets']),
  },
}

export const jobEventRules = closed({ ...base, ...flow })

export const runEventRules = closed({
  ...base,
  ...flow,
  eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
  run: closed({
    runId: {
      type: 'string',
      pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    },
  }),
})
