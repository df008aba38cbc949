import type { AnyNode, CallExpression } from 'acorn'
import type { CapabilityName } from '../../manifest/capability-schemas.ts'
import type { ContextFlow } from './context-flow.ts'
import type { Names } from './scopes.ts'
import { keyOf, nodesOf, textOf } from './syntax-tree.ts'

/** A place of a bundle that asks the host for something. */
export interface HostUse {
  readonly capability: CapabilityName
  /** As the author wrote it, such as `ctx.services.call`. */
  readonly what: string
  /** Where in the text. */
  readonly offset: number
  /** Which one: the service, the event type, the secret …; undefined where only a run can tell, or any will do. */
  readonly wanted: string | undefined
  /** Of a service, which operation. */
  readonly operation?: string | undefined
  /** True: every run that comes here asks. False: it looks so. */
  readonly isProven: boolean
}

interface Sign {
  readonly capability: CapabilityName
  /** What is asked for, of the arguments of the call. */
  readonly wanted?: (call: CallExpression) => string | undefined
  readonly operation?: (call: CallExpression) => string | undefined
}

const first = ({ arguments: [one] }: CallExpression) => textOf(one)
const second = ({ arguments: [, one] }: CallExpression) => textOf(one)
const property =
  (name: string) =>
  ({ arguments: [one] }: CallExpression) =>
    one?.type === 'ObjectExpression' ? textOf(propertyOf(one, name)) : undefined

const signs: Readonly<Record<string, Sign>> = {
  'db.query': { capability: 'db:own' },
  'db.batch': { capability: 'db:own' },
  'db.transaction': { capability: 'db:own' },
  'db.inspect': { capability: 'db:inspect' },
  'services.call': { capability: 'service:call', wanted: first, operation: second },
  'events.publish': { capability: 'event:publish', wanted: first },
  'secrets.ref': { capability: 'secret:use', wanted: first },
  'secrets.basic': { capability: 'secret:use', wanted: second },
  'secrets.reveal': { capability: 'secret:use', wanted: first },
  'blobs.put': { capability: 'blob:own' },
  'blobs.get': { capability: 'blob:own' },
  'blobs.stat': { capability: 'blob:own' },
  'blobs.list': { capability: 'blob:own' },
  'blobs.delete': { capability: 'blob:own' },
  'blobs.writer': { capability: 'blob:own' },
  'jobs.schedule': { capability: 'job:schedule' },
  'jobs.cancel': { capability: 'job:schedule' },
  'jobs.list': { capability: 'job:schedule' },
  'keys.sign': { capability: 'keys:sign', wanted: property('usage') },
  'keys.verify': { capability: 'keys:verify' },
  'keys.publicKey': { capability: 'keys:verify' },
  'notify.send': { capability: 'notify:send', wanted: property('channel') },
  'links.share': { capability: 'link:share', wanted: first },
  'links.revoke': { capability: 'link:share' },
  'identity.units': { capability: 'identity:read' },
  ...Object.fromEntries(
    ['plan', 'start', 'pause', 'resume', 'promote', 'abort', 'rollback', 'pick', 'report'].map(
      (name) => [`rollouts.${name}`, { capability: 'rollout:use' } as const],
    ),
  ),
}

/** Globals that come with a capability. */
const globals: Readonly<Record<string, CapabilityName>> = { Intl: 'intl', WebAssembly: 'wasm' }
/** The host call behind `fetch`, whose code is in each bundle that uses it. */
const FETCH_CALL = 'http.fetch'

export function hostUses(
  nodes: readonly AnyNode[],
  names: Names,
  flow: ContextFlow,
): readonly HostUse[] {
  const fetchName = nameOfFetch(nodes)
  const uses = nodes.flatMap((node): readonly HostUse[] => {
    if (node.type === 'CallExpression') return usesOf(node, flow, fetchName)
    if (node.type === 'MemberExpression') return readsOf(node, flow)
    if (node.type !== 'Identifier' || !Object.hasOwn(globals, node.name)) return []
    const capability = globals[node.name]
    if (capability === undefined || names.bindingOf(node) !== undefined) return []
    // A property or a `typeof` of that name reads nothing: it only ever shows that the grant may be of use.
    return [{ capability, what: node.name, offset: node.start, wanted: undefined, isProven: false }]
  })
  return uses.sort((one, other) => one.offset - other.offset)
}

function usesOf(
  call: CallExpression,
  flow: ContextFlow,
  fetchName: string | undefined,
): readonly HostUse[] {
  const { callee } = call
  const offset = call.start
  if (callee.type === 'Identifier' && callee.name === fetchName) {
    return [{ capability: 'http:fetch', what: 'fetch', offset, wanted: undefined, isProven: true }]
  }
  const path = flow.pathOf(callee)
  const written = path?.replace(/^ctx\./, '') ?? lastTwo(callee)
  const sign = written !== undefined && Object.hasOwn(signs, written) ? signs[written] : undefined
  if (sign === undefined || written === undefined) return []
  const use = {
    capability: sign.capability,
    what: `ctx.${written}`,
    offset,
    wanted: sign.wanted?.(call),
    operation: sign.operation?.(call),
    isProven: path !== undefined,
  }
  return written === 'db.transaction' ? [use, ...eventsOf(call, use)] : [use]
}

/** `ctx.db` that is handed on: where it is called, nobody follows, and the grant is of use. */
function readsOf(node: AnyNode, flow: ContextFlow): readonly HostUse[] {
  const group = /^ctx\.(\w+)$/.exec(flow.pathOf(node) ?? '')?.[1]
  if (group === undefined) return []
  const capabilities = new Set(
    Object.entries(signs)
      .filter(([name]) => name.startsWith(`${group}.`))
      .map(([, { capability }]) => capability),
  )
  return [...capabilities].map((capability) => ({
    capability,
    what: `ctx.${group}`,
    offset: node.start,
    wanted: undefined,
    isProven: false,
  }))
}

/** Events that a transaction publishes with its commit: those that are written out, and that there may be others. */
function eventsOf({ arguments: given }: CallExpression, use: HostUse): readonly HostUse[] {
  const published = (wanted: string | undefined): HostUse => ({
    ...use,
    capability: 'event:publish',
    wanted,
  })
  // Which ones a variable holds, if any, only a run can tell: that is no call of which a grant could be missing.
  const unknown: HostUse = { ...published(undefined), what: 'ctx.events', isProven: false }
  const options = given[1]
  if (given.some(({ type }) => type === 'SpreadElement')) return [unknown]
  if (options === undefined) return []
  if (options.type !== 'ObjectExpression') return [unknown]
  const events = propertyOf(options, 'events')
  if (events === undefined) return options.properties.some(isOpen) ? [unknown] : []
  if (events.type !== 'ArrayExpression') return [unknown]
  return events.elements.flatMap((element) => {
    if (element === null) return []
    return element.type === 'ObjectExpression'
      ? [published(textOf(propertyOf(element, 'type')))]
      : [unknown]
  })
}

/** What may be any property of an object: one that is spread, or whose name is computed. */
function isOpen(one: AnyNode): boolean {
  return one.type !== 'Property' || keyOf(one.key, one.computed) === undefined
}

function propertyOf(
  { properties }: Extract<AnyNode, { type: 'ObjectExpression' }>,
  name: string,
): AnyNode | undefined {
  for (const one of properties) {
    if (one.type === 'Property' && keyOf(one.key, one.computed) === name) return one.value
  }
  return undefined
}

/** `db.query` of whatever ends so. */
function lastTwo(callee: AnyNode): string | undefined {
  if (callee.type !== 'MemberExpression') return undefined
  const owner = callee.object
  const key = keyOf(callee.property, callee.computed)
  const group =
    owner.type === 'MemberExpression'
      ? keyOf(owner.property, owner.computed)
      : owner.type === 'Identifier'
        ? owner.name
        : undefined
  return key === undefined || group === undefined ? undefined : `${group}.${key}`
}

/** The function that holds the host call: its name may have a number behind it. */
function nameOfFetch(nodes: readonly AnyNode[]): string | undefined {
  for (const node of nodes) {
    if (node.type !== 'FunctionDeclaration' || !node.id || !/^fetch\d*$/.test(node.id.name))
      continue
    const holds = nodesOf(node).some(
      (inner) => inner.type === 'CallExpression' && textOf(inner.arguments[0]) === FETCH_CALL,
    )
    if (holds) return node.id.name
  }
  return undefined
}
