export interface StatementLine {
  readonly month: string
  readonly tenant: string
  readonly app: string
  readonly subscription: string
  readonly service: string
  readonly plugin: string
  readonly operation: string
  readonly version: string
  readonly status?: string
  readonly unit?: string
  readonly quantity: string
  /** `0.05 CNY call` */
  readonly price?: string
  /** Exact, as text: binary fractions are no money. */
  readonly amount?: string
}

export interface Statement {
  readonly party: string
  readonly month: string
  readonly lines: readonly StatementLine[]
  readonly corrections: readonly StatementLine[]
  readonly totals: Readonly<Record<string, string>>
  readonly gaps: readonly { readonly node: string; readonly from: string; readonly to: string }[]
  /** Calls with a price that a lost node may have answered: in no total. */
  readonly unknown: readonly {
    readonly subscription: string
    readonly service: string
    readonly price: string
    readonly atMost: string
  }[]
}

export interface ShownStatement {
  readonly state: 'open' | 'closed'
  readonly statement: Statement
}

/** Two years: older ones are asked for by the command line. */
const MONTHS = 24

/** Months that can be asked for, in UTC, the newest first. Pure. */
export function monthsUntil(nowMs: number): readonly string[] {
  const now = new Date(nowMs)
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back)).toISOString().slice(0, 7),
  )
}

/** Whose statement: a tenant's, or what was used of a publisher's services over all tenants. */
export interface Party {
  readonly kind: 'tenant' | 'publisher'
  readonly id: string
}

export function statementPath({ kind, id }: Party, month: string): string {
  return `/v1/${kind}s/${encodeURIComponent(id)}/statements/${encodeURIComponent(month)}`
}

/** A line's own name in a table. Pure. */
export function lineKey(line: StatementLine): string {
  const { month, tenant, subscription, operation, version, status, unit, price } = line
  return [month, tenant, subscription, operation, version, status, unit, price].join(' ')
}

/** An exact decimal in the digits of a language, with none of them lost. Pure. */
export function exactText(decimal: string, language: string): string {
  const places = decimal.split('.')[1]?.length ?? 0
  // The type says number; what is text is formatted without rounding (ES2023, Intl.NumberFormat v3).
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: Math.min(places, 100),
    maximumFractionDigits: Math.min(places, 100),
  }).format(decimal as `${number}`)
}
