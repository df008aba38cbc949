import { type Decimal, decimalOf, decimalText, plus, times, ZERO } from './decimal.ts'
import type { UnknownCalls, UsageGap } from './usage-query-store.ts'

/** What was used under one name at one price. */
export interface StatementLine {
  /** The month it was used in: that of the statement, or an earlier one that is corrected. */
  readonly month: string
  readonly tenant: string
  readonly app: string
  readonly subscription: string
  readonly service: string
  readonly plugin: string
  readonly operation: string
  readonly version: string
  /** `2xx` and its like for calls; the unit for units. */
  readonly status?: string
  readonly unit?: string
  /** Calls or units; negative where an earlier statement said too many. */
  readonly quantity: string
  /** `0.05 CNY call`; absent: it costs nothing. */
  readonly price?: string
  /** Exact, in the currency of the price; absent: it costs nothing. */
  readonly amount?: string
}

export type Usage = Omit<StatementLine, 'amount'>

export interface Statement {
  readonly v: 1
  /** `tenant:acme` or `publisher:initrode`. */
  readonly party: string
  readonly month: string
  readonly lines: readonly StatementLine[]
  /** What came to be known of earlier months after their statements were closed. */
  readonly corrections: readonly StatementLine[]
  /** By currency, of lines and corrections: exact, not rounded. */
  readonly totals: Readonly<Record<string, string>>
  /** Times in which calls without a price may be missing. */
  readonly gaps: readonly UsageGap[]
  /** Calls with a price that a lost node may have answered: in no total. */
  readonly unknown: readonly UnknownCalls[]
}

/**
 * The statement of a month: a pure function of what was counted, so that the same counts give the same bytes.
 * @param corrections what differs from closed statements
 */
export function statementOf(
  party: string,
  month: string,
  {
    used,
    corrections,
    gaps,
    unknown,
  }: {
    used: readonly Usage[]
    corrections: readonly Usage[]
    gaps: readonly UsageGap[]
    unknown: readonly UnknownCalls[]
  },
): Statement {
  const lines = used.map(priced).sort(inOrder)
  const corrected = corrections.map(priced).sort(inOrder)
  const totals = totalsOf([...lines, ...corrected])
  return { v: 1, party, month, lines, corrections: corrected, totals, gaps, unknown }
}

/**
 * What was counted for a month beyond what statements have said of it.
 * @param said lines of its own statement and corrections of later ones
 */
export function differences(used: readonly Usage[], said: readonly Usage[]): readonly Usage[] {
  const sums = new Map<string, { line: Usage; quantity: bigint }>()
  const add = ({ amount: _, ...line }: StatementLine, sign: bigint) => {
    const key = nameOf(line)
    const sum = sums.get(key) ?? { line, quantity: 0n }
    sums.set(key, { line: sum.line, quantity: sum.quantity + sign * BigInt(line.quantity) })
  }
  for (const line of used) add(line, 1n)
  for (const line of said) add(line, -1n)
  return [...sums.values()]
    .filter(({ quantity }) => quantity !== 0n)
    .map(({ line, quantity }) => ({ ...line, quantity: String(quantity) }))
}

function priced({ amount: _, ...line }: StatementLine): StatementLine {
  const amount = amountOf(line)
  return amount === undefined ? line : { ...line, amount: decimalText(amount.value) }
}

/** Calls are paid where they were answered with 2xx; units where the price is for that unit. */
function amountOf({
  price,
  status,
  unit,
  quantity,
}: Usage): { readonly value: Decimal; readonly currency: string } | undefined {
  const [amount = '', currency = '', per] = price?.split(' ') ?? []
  const each = decimalOf(amount)
  if (each === undefined) return undefined
  const isPaid = unit === undefined ? per === 'call' && status === '2xx' : per === unit
  return isPaid ? { value: times(each, BigInt(quantity)), currency } : undefined
}

function totalsOf(lines: readonly StatementLine[]): Readonly<Record<string, string>> {
  const totals = new Map<string, Decimal>()
  for (const line of lines) {
    const amount = amountOf(line)
    if (amount === undefined) continue
    totals.set(amount.currency, plus(totals.get(amount.currency) ?? ZERO, amount.value))
  }
  return Object.fromEntries([...totals].map(([currency, sum]) => [currency, decimalText(sum)]))
}

const columns = [
  'month',
  'tenant',
  'app',
  'subscription',
  'service',
  'plugin',
  'operation',
  'version',
  'status',
  'unit',
  'price',
] as const

function nameOf(line: Usage): string {
  return columns.map((column) => line[column] ?? '').join('\0')
}

/** By UTF-16 code units: an order that no locale changes. */
function inOrder(one: StatementLine, other: StatementLine): number {
  return nameOf(one) < nameOf(other) ? -1 : 1
}

/** As RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvOf({ lines, corrections, totals }: Statement): string {
  const head = ['kind', ...columns, 'quantity', 'amount']
  const rows = [
    ...lines.map((line) => ['usage', ...cellsOf(line)]),
    ...corrections.map((line) => ['correction', ...cellsOf(line)]),
    ...Object.entries(totals).map(([currency, amount]) => [
      'total',
      ...columns.map((column) => (column === 'price' ? currency : '')),
      '',
      amount,
    ]),
  ]
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cellsOf(line: StatementLine): string[] {
  return [...columns.map((column) => line[column] ?? ''), line.quantity, line.amount ?? '']
}

function cell(text: string): string {
  const safe = /^[=@\t\r]|^[+-](?!\d)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
