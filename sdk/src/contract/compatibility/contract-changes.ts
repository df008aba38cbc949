import { pointerTo } from '../../schema/json-pointer.ts'
import type { Contract, ContractOperation } from '../contract.ts'
import { type ContractChange, changeOf } from './change.ts'
import type { ContractRuleName } from './change-rules.ts'
import { schemaChanges } from './schema-changes.ts'
import { canonicalData } from './schema-node.ts'

/**
 * All that differs between two versions of a contract, the breaking first. Pure, and of the same answer everywhere: in
 * an author's shell, in the marketplace and on a host. Both contracts were let through by `validateContract`.
 *
 * What cannot be decided counts as breaking. A new major may break: whether one is enough is for `breakingFaults`.
 */
export function contractChanges(old: Contract, now: Contract): readonly ContractChange[] {
  const names = new Set([...Object.keys(old.operations), ...Object.keys(now.operations)])
  const changes = [...names].flatMap((name) => {
    const pointer = pointerTo('/operations', name)
    const before = own(old.operations, name)
    const after = own(now.operations, name)
    const found =
      before === undefined
        ? [changeOf('operation-added', pointer, { name })]
        : after === undefined
          ? [changeOf('operation-removed', pointer, { name })]
          : operationChanges(before, after, pointer)
    return found.map((change): ContractChange => ({ ...change, operation: name }))
  })
  return [...changes, ...levelChanges(old, now), ...wordChanges(old, now, '')].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
  )
}

const order: readonly ContractChange['kind'][] = ['breaking', 'additive', 'docs']

function operationChanges(
  old: ContractOperation,
  now: ContractOperation,
  pointer: string,
): readonly ContractChange[] {
  const sides =
    old.delivery === now.delivery ? (['input', 'output'] as const) : (['input'] as const)
  return [
    ...safetyChanges(old, now, pointer),
    ...deadlineChanges(old, now, pointer),
    ...deliveryChanges(old, now, pointer),
    ...permissionChanges(old, now, pointer),
    ...unitChanges(old, now, pointer),
    ...sides.flatMap((side) =>
      schemaChanges(old[side], now[side], { side, pointer: `${pointer}/${side}` }),
    ),
    ...wordChanges(old, now, pointer),
  ]
}

function safetyChanges(
  old: ContractOperation,
  now: ContractOperation,
  pointer: string,
): readonly ContractChange[] {
  if ((old.safe ?? false) === (now.safe ?? false)) return []
  return [changeOf(now.safe === true ? 'safe-gained' : 'safe-lost', `${pointer}/safe`, {})]
}

/** Callers set their own time limits by it: it may come down, and not go up or be left open. */
function deadlineChanges(
  { deadlineMs: old }: ContractOperation,
  { deadlineMs: now }: ContractOperation,
  pointer: string,
): readonly ContractChange[] {
  if (old === now) return []
  const isLower = old === undefined || (now !== undefined && now < old)
  const words = { from: String(old ?? '–'), to: String(now ?? '–') }
  const rule = isLower ? 'deadline-lowered' : 'deadline-raised'
  return [changeOf(rule, `${pointer}/deadlineMs`, words)]
}

function deliveryChanges(
  old: ContractOperation,
  now: ContractOperation,
  pointer: string,
): readonly ContractChange[] {
  const delivered = ({ delivery = 'call', contentType }: ContractOperation) =>
    contentType === undefined ? delivery : `${delivery} (${contentType})`
  if (delivered(old) !== delivered(now)) {
    const words = { from: delivered(old), to: delivered(now) }
    return [changeOf('delivery-changed', `${pointer}/delivery`, words)]
  }
  if (now.delivery !== 'bytes') return []
  const caps = { maxMb: 64, maxSeconds: 300 } as const
  return (Object.keys(caps) as (keyof typeof caps)[]).flatMap((name) => {
    const [from, to] = [old[name] ?? caps[name], now[name] ?? caps[name]]
    if (from === to) return []
    const words = { name, from: String(from), to: String(to) }
    return [changeOf(to < from ? 'bytes-cut' : 'bytes-longer', `${pointer}/${name}`, words)]
  })
}

/** To users only: an operation without a permission is open to none of them, and apps need none. */
function permissionChanges(
  { requires: old, requiresIn: whereOld = 'tenant' }: ContractOperation,
  { requires: now, requiresIn: where = 'tenant' }: ContractOperation,
  pointer: string,
): readonly ContractChange[] {
  if (old === now) {
    if (old === undefined || whereOld === where) return []
    const rule = where === 'unit' ? 'permission-in-units' : 'permission-in-tenant'
    return [changeOf(rule, `${pointer}/requiresIn`, { name: old })]
  }
  const rule: ContractRuleName =
    old === undefined
      ? 'permission-added'
      : now === undefined
        ? 'permission-removed'
        : 'permission-changed'
  return [changeOf(rule, `${pointer}/requires`, { from: old ?? '', to: now ?? '' })]
}

function unitChanges(
  { units: old = [] }: ContractOperation,
  { units: now = [] }: ContractOperation,
  pointer: string,
): readonly ContractChange[] {
  const at = `${pointer}/units`
  return [
    ...old
      .filter((name) => !now.includes(name))
      .map((name) => changeOf('unit-removed', at, { name })),
    ...now
      .filter((name) => !old.includes(name))
      .map((name) => changeOf('unit-added', at, { name })),
  ]
}

/** Of each promised level, whether more is better. */
const levels = { availability: true, p95Ms: false } as const

function levelChanges(
  { serviceLevels: old = {} }: Contract,
  { serviceLevels: now = {} }: Contract,
): readonly ContractChange[] {
  return (Object.keys(levels) as (keyof typeof levels)[]).flatMap((name) => {
    const [from, to] = [old[name], now[name]]
    if (from === to) return []
    const isRaised = from === undefined || (to !== undefined && to > from === levels[name])
    const words = { name, from: String(from ?? '–'), to: String(to ?? '–') }
    const rule = isRaised ? 'level-raised' : 'level-lowered'
    return [changeOf(rule, `/serviceLevels/${name}`, words)]
  })
}

const words = [
  'title',
  'description',
  'summary',
  'owner',
  'domain',
  'tags',
  'terms',
  'examples',
  'errors',
  'events',
  'compare',
] as const

function wordChanges(old: object, now: object, pointer: string): readonly ContractChange[] {
  return words
    .filter((name) => canonicalData(own(old, name)) !== canonicalData(own(now, name)))
    .map((name) => changeOf('words-changed', `${pointer}/${name}`, { name }))
}

function own<T>(of: Readonly<Record<string, T>> | object, name: string): T | undefined {
  return Object.hasOwn(of, name) ? (of as Record<string, T>)[name] : undefined
}
