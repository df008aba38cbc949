import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { FactData } from '../facts/fact-data.ts'
import { msOfInstant } from '../time/instant.ts'

interface CoreLine {
  readonly line: string
  readonly sku: string
  readonly unit: string
  readonly location?: string
  readonly dueAt?: number
  readonly ordered: number
  readonly isCancelled: boolean
}

/** What the order itself says, in its newest words. */
export interface OrderCore {
  readonly isKnown: boolean
  readonly customer?: string
  readonly salesperson?: string
  readonly priority?: string
  readonly currency?: string
  readonly amount?: string
  readonly contract?: string
  readonly placedAt?: number
  readonly promisedAt?: number
  /** How often a date was promised. */
  readonly promises: number
  readonly lines: readonly CoreLine[]
  readonly allocated: ReadonlyMap<string, number>
  readonly shipped: ReadonlyMap<string, number>
  /** What went in which shipment; the empty name where none was named. */
  readonly shippedBy: readonly {
    readonly shipment: string
    readonly line: string
    readonly quantity: number
  }[]
  readonly isCancelled: boolean
  readonly invoicedAt?: number
  readonly paidAt?: number
}

/** @param facts in the order of their happening. Pure. */
export function foldCore(facts: readonly Fact[]): OrderCore {
  const created = ofType(facts, 'orders.order.created').at(-1)
  const head = created?.data
  const promised = promisesOf(facts)
  const money = foldMoney(facts, head?.amount, head?.currency)
  const last = promised.at(-1)
  return {
    isKnown: created !== undefined,
    ...(head === undefined
      ? {}
      : {
          customer: head.customer,
          ...(head.salesperson === undefined ? {} : { salesperson: head.salesperson }),
          ...(head.priority === undefined ? {} : { priority: head.priority }),
          ...(head.currency === undefined ? {} : { currency: head.currency }),
          ...(head.amount === undefined ? {} : { amount: head.amount }),
          ...(head.contract === undefined ? {} : { contract: head.contract }),
          placedAt: created?.happenedAt ?? 0,
        }),
    ...(last === undefined ? {} : { promisedAt: last }),
    promises: promised.length,
    lines: foldLines(facts),
    allocated: foldAllocations(facts),
    ...foldShipped(facts),
    isCancelled: ofType(facts, 'orders.order.cancelled').some(
      ({ data }) => data.lines === undefined,
    ),
    ...money,
  }
}

/** Dates that the customer was told, each once, the newest last; of an order without one the last date of its lines. */
function promisesOf(facts: readonly Fact[]): readonly number[] {
  const told = ofType(facts, 'orders.order.created', 'orders.order.changed').flatMap(({ data }) =>
    data.promisedAt === undefined ? [] : [msOfInstant(data.promisedAt)],
  )
  const distinct = told.filter((at, nth) => at !== told[nth - 1])
  if (distinct.length > 0) return distinct
  const due = foldLines(facts).flatMap(({ dueAt, isCancelled }) =>
    dueAt === undefined || isCancelled ? [] : [dueAt],
  )
  return due.length === 0 ? [] : [Math.max(...due)]
}

/** Of a line the newest word holds; a cancellation holds until the line is told of anew. */
function foldLines(facts: readonly Fact[]): readonly CoreLine[] {
  const lines = new Map<string, CoreLine>()
  for (const { data } of ofType(
    facts,
    'orders.order.created',
    'orders.order.changed',
    'orders.order.cancelled',
  )) {
    if ('cancelledAt' in data) cancelLines(lines, data.lines)
    else for (const line of data.lines ?? []) lines.set(line.line, lineOf(line))
  }
  return [...lines.values()]
}

function cancelLines(lines: Map<string, CoreLine>, names: readonly string[] | undefined): void {
  for (const name of names ?? [...lines.keys()]) {
    const line = lines.get(name)
    if (line !== undefined) lines.set(name, { ...line, ordered: 0, isCancelled: true })
  }
}

function lineOf({
  line,
  sku,
  unit,
  quantity,
  location,
  dueAt,
}: FactData['orders.order.created']['lines'][number]): CoreLine {
  return {
    ...{ line, sku, unit, ordered: quantity, isCancelled: false },
    ...(location === undefined ? {} : { location }),
    ...(dueAt === undefined ? {} : { dueAt: msOfInstant(dueAt) }),
  }
}

/** Set aside in all, by line; several lots of one telling add up. */
function foldAllocations(facts: readonly Fact[]): ReadonlyMap<string, number> {
  const allocated = new Map<string, number>()
  for (const { data } of ofType(facts, 'orders.order.allocated')) {
    for (const [line, quantity] of sumByLine(data.lines)) allocated.set(line, quantity)
  }
  return allocated
}

function foldShipped(facts: readonly Fact[]) {
  const shippedBy = ofType(facts, 'orders.order.shipped').flatMap(({ data }) =>
    [...sumByLine(data.lines)].map(([line, quantity]) => ({
      shipment: data.shipment ?? '',
      line,
      quantity,
    })),
  )
  return { shippedBy, shipped: sumByLine(shippedBy) }
}

export function sumByLine(
  lines: readonly { readonly line: string; readonly quantity: number }[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { line, quantity } of lines) sums.set(line, (sums.get(line) ?? 0) + quantity)
  return sums
}

/** Paid: a payment said to be the last, or all of the order's amount in its currency. */
function foldMoney(
  facts: readonly Fact[],
  amount: string | undefined,
  currency: string | undefined,
): { readonly invoicedAt?: number; readonly paidAt?: number } {
  const invoices = ofType(facts, 'orders.invoice.issued')
  const wanted = amount === undefined ? undefined : millionths(amount)
  let sum = 0n
  let paidAt: number | undefined
  for (const { data, happenedAt } of ofType(facts, 'orders.payment.received')) {
    if (currency === undefined || data.currency === currency) sum += millionths(data.amount)
    const isAll = data.final === true || (wanted !== undefined && wanted > 0n && sum >= wanted)
    if (isAll) paidAt ??= happenedAt
  }
  const invoicedAt = invoices.at(0)?.happenedAt
  return {
    ...(invoicedAt === undefined ? {} : { invoicedAt }),
    ...(paidAt === undefined ? {} : { paidAt }),
  }
}

/** Decimal text in millionths: sums of money are exact. */
function millionths(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const value = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
  return text.startsWith('-') ? -value : value
}
