import type { AnyNode, CallExpression, ObjectExpression } from 'acorn'
import { type FunctionNode, isFunction, type Names } from './scopes.ts'
import { keyOf } from './syntax-tree.ts'

/** What a table of the plugin holds by name; `isWhole`: nothing of it could not be read. */
export interface HandlerTable {
  readonly names: ReadonlyMap<string, HandlerPlace>
  readonly isWhole: boolean
}

export interface HandlerPlace {
  readonly node: AnyNode
  /** Undefined where it is made when the bundle runs, such as by a function that wraps it. */
  readonly handler: FunctionNode | undefined
}

/** The table that a plugin gives to `definePlugin`, as far as it is written out. */
export interface ExportedHandlers {
  readonly services: ReadonlyMap<string, HandlerTable>
  readonly contributions: ReadonlyMap<string, HandlerTable>
  readonly udfs: HandlerTable
  readonly on: HandlerTable
  readonly jobs: HandlerTable
  readonly webhooks: HandlerTable
  readonly selfTest: HandlerPlace | undefined
  /** False where a key may be there that could not be read: then nothing is said to be missing. */
  readonly isWhole: boolean
}

/** @returns undefined where no call of `definePlugin` with an object is found */
export function exportedHandlers(
  nodes: readonly AnyNode[],
  names: Names,
): ExportedHandlers | undefined {
  const table = pluginTable(nodes, names)
  if (table === undefined) return undefined
  const plugin = entriesOf(table, names)
  const tableOf = (key: string) => handlersOf(plugin.entries.get(key), names)
  const groupsOf = (key: string) => {
    const node = plugin.entries.get(key)
    const groups = node === undefined ? undefined : objectOf(node, names)
    const read = groups === undefined ? undefined : entriesOf(groups, names)
    return {
      tables: new Map(
        [...(read?.entries ?? [])].map(([id, value]) => [id, handlersOf(value, names)] as const),
      ),
      isWhole: node === undefined || read?.isWhole === true,
    }
  }
  const services = groupsOf('services')
  const contributions = groupsOf('contributions')
  const selfTest = plugin.entries.get('selfTest')
  return {
    services: services.tables,
    contributions: contributions.tables,
    udfs: tableOf('udfs'),
    on: tableOf('on'),
    jobs: tableOf('jobs'),
    webhooks: tableOf('webhooks'),
    selfTest: selfTest === undefined ? undefined : placeOf(selfTest, names),
    isWhole: plugin.isWhole && services.isWhole && contributions.isWhole,
  }
}

/** The functions that are given a context, each with the parameter that is it. */
export function contextParameters(handlers: ExportedHandlers): readonly AnyNode[] {
  const tables = [
    ...handlers.services.values(),
    ...handlers.contributions.values(),
    handlers.on,
    handlers.jobs,
    handlers.webhooks,
  ]
  const second = tables
    .flatMap(({ names }) => [...names.values()])
    .map(({ handler }) => handler?.params[1])
  return [...second, handlers.selfTest?.handler?.params[0]].filter((node) => node !== undefined)
}

function pluginTable(nodes: readonly AnyNode[], names: Names): ObjectExpression | undefined {
  for (const node of nodes) {
    if (node.type !== 'CallExpression' || !isDefinePlugin(node, names)) continue
    const [given] = node.arguments
    return given === undefined || given.type === 'SpreadElement'
      ? undefined
      : objectOf(given, names)
  }
  return undefined
}

/** By its name: esbuild keeps it, with a number behind it where there are several. */
function isDefinePlugin({ callee }: CallExpression, names: Names): boolean {
  if (callee.type !== 'Identifier' || !/^definePlugin\d*$/.test(callee.name)) return false
  return isFunction(names.bindingOf(callee)?.value)
}

function handlersOf(node: AnyNode | undefined, names: Names): HandlerTable {
  if (node === undefined) return { names: new Map(), isWhole: true }
  const table = objectOf(node, names)
  if (table === undefined) return { names: new Map(), isWhole: false }
  const { entries, isWhole } = entriesOf(table, names)
  return {
    names: new Map([...entries].map(([name, value]) => [name, placeOf(value, names)])),
    isWhole,
  }
}

function placeOf(node: AnyNode, names: Names): HandlerPlace {
  const value = declaredValue(node, names)
  return { node, handler: isFunction(value) ? value : undefined }
}

function objectOf(node: AnyNode, names: Names): ObjectExpression | undefined {
  const value = declaredValue(node, names)
  return value?.type === 'ObjectExpression' ? value : undefined
}

/** What a name was given where it was declared, a few names deep. */
function declaredValue(node: AnyNode, names: Names): AnyNode | undefined {
  let value: AnyNode | undefined = node
  for (let depth = 0; depth < 8 && value?.type === 'Identifier'; depth++) {
    value = names.bindingOf(value)?.value
  }
  return value
}

function entriesOf(
  { properties }: ObjectExpression,
  names: Names,
  depth = 0,
): { readonly entries: ReadonlyMap<string, AnyNode>; readonly isWhole: boolean } {
  const entries = new Map<string, AnyNode>()
  let isWhole = true
  for (const property of properties) {
    if (property.type === 'SpreadElement') {
      const spread = objectOf(property.argument, names)
      const inner = spread && depth < 8 ? entriesOf(spread, names, depth + 1) : undefined
      for (const [key, value] of inner?.entries ?? []) entries.set(key, value)
      isWhole &&= inner?.isWhole === true
      continue
    }
    const key = keyOf(property.key, property.computed)
    if (key === undefined) isWhole = false
    else entries.set(key, property.value)
  }
  return { entries, isWhole }
}
