import type { FromSchema } from 'json-schema-to-ts'
import type { InputFault } from '../errors/coded-error.ts'
import { pointerTo } from '../schema/json-pointer.ts'
import type { lineageFlow } from './lineage-schema.ts'
import type { manifestSchema } from './manifest-schema.ts'

type Manifest = FromSchema<typeof manifestSchema>
export type LineageFlow = FromSchema<typeof lineageFlow>

/** The answer of the operation itself. */
export const ANSWER = 'answer'

/** What a flow writes: of an operation that names nothing, its answer. */
export function outputsOf(flow: LineageFlow, kind: 'operations' | 'jobs'): readonly string[] {
  return flow.outputs ?? (kind === 'operations' ? [ANSWER] : [])
}

/**
 * Lineage that the plugin could not have: what it is not allowed to read cannot be where its data comes from.
 * @returns faults with pointers into the manifest
 */
export function lineageFaults(manifest: Manifest): readonly InputFault[] {
  const { operations = {}, jobs = {} } = manifest.lineage ?? {}
  const services = (manifest.provides?.services ?? []).map(({ id }) => id)
  const ownJobs = (manifest.provides?.jobs ?? []).map(({ id }) => id)
  return [
    ...Object.entries(operations).flatMap(([name, flow]) => {
      const pointer = pointerTo('/lineage/operations', name)
      const isOwn = services.includes(name.split('/')[0] ?? '')
      const detail = `"${name}" is of no service of the manifest: declare it in provides.services`
      return [
        ...(isOwn ? [] : [{ pointer, detail }]),
        ...flowFaults(pointer, flow, 'operations', manifest),
      ]
    }),
    ...Object.entries(jobs).flatMap(([name, flow]) => {
      const pointer = pointerTo('/lineage/jobs', name)
      const detail = `"${name}" is no job of the manifest: declare it in provides.jobs`
      return [
        ...(ownJobs.includes(name) ? [] : [{ pointer, detail }]),
        ...flowFaults(pointer, flow, 'jobs', manifest),
      ]
    }),
  ]
}

function flowFaults(
  pointer: string,
  flow: LineageFlow,
  kind: 'operations' | 'jobs',
  manifest: Manifest,
): InputFault[] {
  const outputs = outputsOf(flow, kind)
  const placed = (place: Place, list: readonly string[]) =>
    list.flatMap((dataset, index) => {
      const detail = datasetFault(dataset, place, kind, manifest)
      return detail === undefined ? [] : [{ pointer: `${pointer}/${place}s/${index}`, detail }]
    })
  const mapped = Object.entries(flow.columnMap ?? {}).flatMap(([output, fields]) => {
    const at = pointerTo(`${pointer}/columnMap`, output)
    if (!outputs.includes(output)) return [{ pointer: at, detail: 'is none of the outputs' }]
    return Object.entries(fields).flatMap(([field, sources]) =>
      sources.flatMap(({ input }, index) =>
        flow.inputs.includes(input)
          ? []
          : [
              {
                pointer: `${pointerTo(at, field)}/${index}/input`,
                detail: 'is none of the inputs',
              },
            ],
      ),
    )
  })
  return [...placed('input', flow.inputs), ...placed('output', flow.outputs ?? []), ...mapped]
}

type Place = 'input' | 'output'

/** By what comes before its colon: why a plugin cannot have it there. */
const datasetRules: Readonly<
  Record<string, (name: string, place: Place, manifest: Manifest) => string | undefined>
> = {
  table: (_name, _place, { capabilities }) =>
    capabilities?.['db:own'] === undefined ? 'needs the capability db:own: ask for it' : undefined,
  event: (name, place, { capabilities, provides }) => {
    if (place === 'output') {
      const isOwn = (provides?.events ?? []).some(({ type }) => type === name)
      return isOwn
        ? undefined
        : `"${name}" is no event of the manifest: declare it in provides.events`
    }
    const isHeard = (capabilities?.['event:subscribe'] ?? []).some(({ type }) => type === name)
    return isHeard ? undefined : `needs the capability event:subscribe of "${name}": ask for it`
  },
  service: (name, place, { capabilities }) => {
    if (place === 'output')
      return 'a service is read, or called for what it does: name it in inputs'
    const [called] = name.split('/')
    const asked = (capabilities?.['service:call'] ?? []).map(({ service }) => service)
    const isCalled = asked.some((service) => service.replace('^', '') === called)
    return isCalled ? undefined : `needs the capability service:call of "${called}": ask for it`
  },
}

function datasetFault(
  dataset: string,
  place: Place,
  flowOf: 'operations' | 'jobs',
  manifest: Manifest,
): string | undefined {
  if (dataset === ANSWER) {
    const isRight = place === 'output' && flowOf === 'operations'
    return isRight ? undefined : 'is only an output of an operation'
  }
  const colon = dataset.indexOf(':')
  return datasetRules[dataset.slice(0, colon)]?.(dataset.slice(colon + 1), place, manifest)
}
