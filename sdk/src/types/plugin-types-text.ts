import type { Contract } from '../contract/contract.ts'
import { toldPoints } from '../manifest/change-event.ts'
import { capabilityRequests, type Manifest } from '../manifest/manifest.ts'
import { typeScriptType } from './typescript-type.ts'

/** What the types of a plugin are made from. Schemas are those of the manifest, by path in the package. */
export interface TypedPackage {
  readonly manifest: Manifest
  /** By service id, as under `provides.services`. */
  readonly contracts: ReadonlyMap<string, Contract>
  readonly schemas: ReadonlyMap<string, unknown>
  /** Contracts of other plugins' services, by `id@major`. */
  readonly usedContracts: ReadonlyMap<string, Contract>
  /** Schemas of other plugins' events, by type. */
  readonly usedEvents: ReadonlyMap<string, unknown>
}

/** The text of `src/signalbox.gen.ts`: one type that says what `PluginTypes` asks for. Equal for equal packages. */
export function pluginTypesText(name: string, source: TypedPackage): string {
  const { manifest, contracts } = source
  const { provides = {} } = manifest
  const asked = capabilityRequests(manifest)
  const parameter = (capability: string, key: string) =>
    asked.filter((one) => one.name === capability).map(({ parameters }) => String(parameters[key]))
  const eventTypes = (capability: string) =>
    parameter(capability, 'type').map((type) => [type, dataOf(type, source)] as const)
  const told = toldPoints(manifest).length > 0 ? [CHANGED] : []
  const rows: readonly (readonly [string, string])[] = [
    ['capabilities', union(asked.map((one) => one.name))],
    ['config', manifest.config === undefined ? 'unknown' : ofFile(manifest.config, source)],
    ['services', table([...contracts].map(([id, contract]) => [id, operationsOf(contract)]))],
    ['calls', table(callsOf(asked, source))],
    ['publishes', table(eventTypes('event:publish'))],
    ['hears', table([...eventTypes('event:subscribe'), ...told])],
    ['udfs', table((provides.udfs ?? []).map(({ id, args }) => [id, argumentsOf(args, source)]))],
    ['jobs', union((provides.jobs ?? []).map(({ id }) => id))],
    ['webhooks', union(parameter('http:receive', 'path'))],
    ['secrets', union(parameter('secret:use', 'name'))],
    ['channels', union(parameter('notify:send', 'channel'))],
    ['points', union((provides.extensionPoints ?? []).map(({ id }) => id))],
    ['selfTest', String(manifest.selfTest === true)],
  ]
  return [
    `// The types of ${name}, from its manifest, contracts and schemas. Written by \`signalbox pack --types\`; do not edit.`,
    '',
    'export type Signalbox = {',
    ...rows.map(([key, type]) => indented(`readonly ${key}: ${type}`)),
    '}',
    '',
  ].join('\n')
}

const CHANGED = ['signalbox.contributions.changed', 'unknown'] as const

type Row = readonly [name: string, type: string]

/** An author writes them; a name that comes twice has one type. */
function table(rows: readonly Row[]): string {
  const lines = [...new Map(rows)].map(([name, type]) =>
    indented(`readonly ${JSON.stringify(name)}: ${type}`),
  )
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n}`
}

function union(names: readonly string[]): string {
  const all = [...new Set(names)]
  return all.length === 0 ? 'never' : all.map((name) => JSON.stringify(name)).join(' | ')
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

function operationsOf({ operations }: Contract, only?: readonly string[]): string {
  return table(
    Object.entries(operations)
      .filter(([name]) => only === undefined || only.includes(name))
      .map(([name, { input, output, delivery }]) => [
        name,
        table([
          ['input', typeScriptType(input)],
          ['output', delivery === 'bytes' ? 'unknown' : typeScriptType(output ?? true)],
        ]),
      ]),
  )
}

/** Of a service whose contract is not in `uses/` only the names are known, where the grant has them. */
function callsOf(asked: ReturnType<typeof capabilityRequests>, source: TypedPackage): Row[] {
  return asked
    .filter(({ name }) => name === 'service:call')
    .flatMap(({ parameters }) => {
      const service = String(parameters['service']).replace('@^', '@')
      const only = parameters['operations'] as readonly string[] | undefined
      const contract = source.usedContracts.get(service)
      const unknown = '{ readonly input: unknown; readonly output: unknown }'
      const names = only ?? ['[operation: string]']
      const untyped = `{ ${names.map((name) => `readonly ${name}: ${unknown}`).join('; ')} }`
      const type = contract === undefined ? untyped : operationsOf(contract, only)
      // Both spellings are asked for at run time: with the major, and without it.
      return [service, service.slice(0, service.lastIndexOf('@'))].map((id): Row => [id, type])
    })
}

function dataOf(type: string, source: TypedPackage): string {
  const own = source.manifest.provides?.events?.find((event) => event.type === type)
  if (own !== undefined) return ofFile(own.schema, source)
  return typeScriptType(source.usedEvents.get(type) ?? true)
}

function ofFile(path: string, { schemas }: TypedPackage): string {
  return typeScriptType(schemas.get(path) ?? true)
}

/** Arguments are an array; all of those that `prefixItems` names are given (`minItems` says how many, all else). */
function argumentsOf(path: string, { schemas }: TypedPackage): string {
  const schema = schemas.get(path) as { prefixItems?: readonly unknown[] } | undefined
  const items = schema?.prefixItems
  if (!Array.isArray(items)) return 'unknown'
  return `readonly [${items.map((item) => typeScriptType(item)).join(', ')}]`
}
