import type { Contract } from '@signalbox/sdk/contract'
import { writtenOutSchema } from '@signalbox/sdk/written-out'

type Json = Readonly<Record<string, unknown>>

/** The contract as an Open Data Contract Standard 3.1 document: each operation's answer is one of its schemas. */
export function odcsDocument(
  contract: Contract,
  { version, isDeprecated }: { readonly version: string; readonly isDeprecated: boolean },
): Json {
  const { id, title, description, domain, tags, owner, terms, serviceLevels = {} } = contract
  const levels = [
    { property: 'availability', value: serviceLevels.availability, unit: '%' },
    { property: 'latency', value: serviceLevels.p95Ms, unit: 'ms', description: '95th percentile' },
  ].filter(({ value }) => value !== undefined)
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: `${id}@${contract.major}`,
    name: title.en,
    version,
    status: isDeprecated ? 'deprecated' : 'active',
    ...(domain === undefined ? {} : { domain }),
    ...(tags === undefined ? {} : { tags }),
    description: {
      purpose: description?.en ?? title.en,
      ...(terms === undefined ? {} : { usage: terms }),
    },
    ...(owner === undefined ? {} : { team: { name: owner } }),
    schema: Object.entries(contract.operations)
      .filter(([, { delivery }]) => delivery !== 'bytes')
      .map(([name, { summary, output }]) => ({
        name,
        logicalType: 'object',
        physicalType: 'operation',
        ...(summary === undefined ? {} : { description: summary.en }),
        properties: propertiesOf(writtenOutSchema(output ?? true)),
      })),
    ...(levels.length === 0 ? {} : { slaProperties: levels }),
  }
}

const logicalTypes: readonly unknown[] = [
  'string',
  'number',
  'integer',
  'object',
  'array',
  'boolean',
]

function propertiesOf(schema: unknown): Json[] {
  const parts = partsOf(schema)
  const required = parts.flatMap((part) => (part['required'] as string[] | undefined) ?? [])
  return parts.flatMap((part) =>
    Object.entries((part['properties'] as object | undefined) ?? {}).map(([name, one]) => ({
      name,
      ...describe(one),
      required: required.includes(name),
    })),
  )
}

function describe(schema: unknown): Json {
  const parts = partsOf(schema)
  const word = (name: string) =>
    parts.map((part) => part[name]).find((value) => value !== undefined)
  const type = [word('type')].flat().find((one) => logicalTypes.includes(one))
  const description = word('description')
  return {
    ...(type === undefined ? {} : { logicalType: type }),
    ...(description === undefined ? {} : { description }),
    ...(type === 'object' ? { properties: propertiesOf(schema) } : {}),
    ...(type === 'array' ? { items: { name: 'item', ...describe(word('items')) } } : {}),
  }
}

/** With all parts that hold together with it. */
function partsOf(schema: unknown): Json[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { allOf } = schema as { readonly allOf?: readonly unknown[] }
  return [schema as Json, ...(allOf ?? []).flatMap(partsOf)]
}
