import { createHash } from 'node:crypto'
import { ANSWER, type LineageFlow, outputsOf } from '@signalbox/sdk/lineage'

/** Where events and facets say that they are from; a URI, not an address that answers. */
const PRODUCER = 'urn:signalbox:host'
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json'
const COLUMN_FACET =
  'https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet'

interface Dataset {
  readonly namespace: string
  readonly name: string
  readonly facets?: object
}

/** Whose flow it is. */
export interface FlowOf {
  readonly kind: 'operations' | 'jobs'
  /** `orders.forecast@1/forecast`, or the plugin and its job. */
  readonly name: string
  readonly plugin: string
  readonly flow: LineageFlow
}

/** What belongs to a tenant is in a namespace of it: names of two tenants are two data sets. */
function namespaceOf(tenant: string | null): string {
  return tenant === null ? 'signalbox' : `signalbox/${tenant}`
}

/**
 * A job of OpenLineage 2-0-2 with its inputs and outputs, as designed and not as run: its JobEvent, which catalogs take
 * for what they show without a run.
 */
export function jobEvent(of: FlowOf, at: Date) {
  return {
    eventTime: at.toISOString(),
    producer: PRODUCER,
    schemaURL: `${SPEC}#/$defs/JobEvent`,
    ...described(of, null),
  }
}

export type RunState = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT'

/** A run of a plugin's job in a tenant. @param run the host's own id of it; its UUID is made of it, everywhere the same */
export function runEvent(
  of: FlowOf,
  { run, state, tenant, at }: { run: string; state: RunState; tenant: string; at: Date },
) {
  return {
    eventType: state,
    eventTime: at.toISOString(),
    producer: PRODUCER,
    schemaURL: `${SPEC}#/$defs/RunEvent`,
    run: { runId: uuidOf(run) },
    ...described(of, tenant),
  }
}

function described(of: FlowOf, tenant: string | null) {
  const { flow, kind, name } = of
  return {
    job: { namespace: namespaceOf(tenant), name },
    inputs: flow.inputs.map((dataset) => datasetOf(dataset, of, tenant)),
    outputs: outputsOf(flow, kind).map((dataset) => {
      const columns = flow.columnMap?.[dataset]
      const facets = columns === undefined ? {} : { facets: facetsOf(columns, of, tenant) }
      return { ...datasetOf(dataset, of, tenant), ...facets }
    }),
  }
}

/** Of others it is as they name it; of the host's own the kind is in the name. */
function datasetOf(dataset: string, { name, plugin }: FlowOf, tenant: string | null): Dataset {
  const namespace = namespaceOf(tenant)
  if (dataset === ANSWER) return { namespace, name: `service:${name}` }
  if (dataset.startsWith('dataset:')) {
    const [foreign = '', own = ''] = dataset.slice('dataset:'.length).split('#')
    return { namespace: foreign, name: own }
  }
  if (!dataset.startsWith('table:')) return { namespace, name: dataset }
  return { namespace, name: `table:${plugin}/${dataset.slice('table:'.length)}` }
}

function facetsOf(
  columns: NonNullable<LineageFlow['columnMap']>[string],
  of: FlowOf,
  tenant: string | null,
) {
  const fields = Object.entries(columns).map(([field, sources]) => [
    fieldOf(field),
    {
      inputFields: sources.map(({ input, field: from, how = 'transformation' }) => ({
        ...datasetOf(input, of, tenant),
        field: fieldOf(from),
        transformations: [transformationOf(how)],
      })),
    },
  ])
  const columnLineage = {
    _producer: PRODUCER,
    _schemaURL: COLUMN_FACET,
    fields: Object.fromEntries(fields),
  }
  return { columnLineage }
}

/** Nested fields are joined by dots there: `/rows/[]/sku` is `rows.sku`. */
function fieldOf(path: string): string {
  return path.replace(/^\//, '').replaceAll('/[]', '').replaceAll('/', '.')
}

const direct = new Set(['identity', 'transformation', 'aggregation'])

function transformationOf(how: string) {
  const type = direct.has(how) ? 'DIRECT' : 'INDIRECT'
  return { type, subtype: how.toUpperCase().replace('-', '_') }
}

/** Name-based, as RFC 9562 has version 8: of one run every event has the same. */
function uuidOf(run: string): string {
  const hex = createHash('sha256').update(`signalbox-run:${run}`).digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
