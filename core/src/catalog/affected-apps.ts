import type { ContractChange } from '@signalbox/sdk/contract-change'
import type { UsedOperation } from '../usage/usage-query-store.ts'
import { type Expectations, readsOf } from './expectations/expectation.ts'

/** A live subscription, with what is known of its use. */
export interface Consumer {
  readonly subscription: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan: string
  readonly state: string
  /** Operations it is held to; null: all. */
  readonly scopes: readonly string[] | null
  /** Of the last 90 days. */
  readonly uses: readonly UsedOperation[]
  readonly expectations: Expectations
}

/** What a proposed version does to one service. */
export interface ServiceChanges {
  readonly service: string
  readonly major: number
  /** The version does not serve this major any more: whoever called it is refused. */
  readonly isDropped: boolean
  readonly changes: readonly ContractChange[]
}

/**
 * Why an app is named, the surest first: it said that it reads what changes, it called the operation, it may call it.
 */
export type Because = 'reads' | 'calls' | 'subscribed'

export interface AffectedApp {
  readonly subscription: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly because: Because
  readonly operations: readonly {
    readonly operation: string
    /** Within 90 days. */
    readonly calls: number
    readonly lastDay: string | null
    readonly because: Because
    /** Pointers into the new contract; none where the service is dropped as a whole. */
    readonly changes: readonly string[]
  }[]
}

const sureness: readonly Because[] = ['reads', 'calls', 'subscribed']

/** Whom the breaking changes of a version meet. Pure. */
export function affectedApps(
  consumers: readonly Consumer[],
  services: readonly ServiceChanges[],
): readonly AffectedApp[] {
  const found = consumers.flatMap((consumer): AffectedApp[] => {
    const { service, major, subscription, tenant, app } = consumer
    const changed = services.find((one) => one.service === service && one.major === major)
    const operations = changed === undefined ? [] : operationsOf(consumer, changed)
    const because = sureness.find((one) => operations.some((two) => two.because === one))
    if (because === undefined) return []
    return [{ subscription, tenant, app, service, major, because, operations }]
  })
  return found.sort((a, b) => sureness.indexOf(a.because) - sureness.indexOf(b.because))
}

function operationsOf(
  consumer: Consumer,
  { isDropped, changes }: ServiceChanges,
): AffectedApp['operations'] {
  const breaking = changes.filter(({ kind }) => kind === 'breaking')
  // What changes for all operations, such as a promised level, is told of each that is used.
  const named = breaking.flatMap(({ operation }) => (operation === undefined ? [] : [operation]))
  const used = consumer.uses.map(({ operation }) => operation)
  const isForAll = isDropped || breaking.some(({ operation }) => operation === undefined)
  return [...new Set([...named, ...(isForAll ? used : [])])]
    .filter((operation) => consumer.scopes?.includes(operation) ?? true)
    .flatMap((operation) => {
      const met = breaking.filter(
        (change) =>
          change.operation === undefined ||
          (change.operation === operation && meets(consumer, operation, change)),
      )
      if (met.length === 0 && !isDropped) return []
      const use = consumer.uses.find((one) => one.operation === operation)
      const isRead =
        met.some(({ direction }) => direction === 'output') && saysReads(consumer, operation)
      const because: Because = isRead ? 'reads' : use === undefined ? 'subscribed' : 'calls'
      const pointers = met.map(({ pointer }) => pointer)
      const { calls = 0, lastDay = null } = use ?? {}
      return [{ operation, calls, lastDay, because, changes: pointers }]
    })
}

function saysReads({ expectations }: Consumer, operation: string): boolean {
  return readsOf(expectations, operation) !== undefined
}

/** A change of an answer meets who reads the field, what holds it or what is in it; or who does not say. */
function meets(
  { expectations }: Consumer,
  operation: string,
  { direction, field }: ContractChange,
): boolean {
  if (direction !== 'output' || field === undefined) return true
  const reads = readsOf(expectations, operation)
  if (reads === undefined) return true
  return reads.some((path) => isWithin(path, field) || isWithin(field, path))
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`)
}
