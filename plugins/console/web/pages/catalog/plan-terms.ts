import type { Plan } from './service.ts'

/** Terms of a plan as a form holds them: each limit that is left empty is none. */
export interface TermsFields {
  readonly ratePerS: number
  readonly burst: number
  readonly quotaCount?: number | null
  readonly quotaPer: 'hour' | 'day' | 'month'
  readonly concurrency?: number | null
  readonly maxRows?: number | null
  readonly amount?: string
  readonly currency: string
  readonly unit: string
  readonly approval: 'auto' | 'manual'
  /** A line an operation: its name, and pointers to what is left out of its answers. */
  readonly hidden: string
}

export type Terms = Omit<Plan, 'name' | 'version' | 'status'>

const PLAN_COMMANDS = {
  staging: ['publish', 'close'],
  published: ['deprecate', 'close'],
  deprecated: ['publish', 'close'],
  closed: [],
} as const satisfies Record<string, readonly ('publish' | 'deprecate' | 'close')[]>

export type PlanCommand = 'publish' | 'deprecate' | 'close'

/** What may be said to a plan in a state; the host's own table decides. Pure. */
export function planCommandsOf(status: string): readonly PlanCommand[] {
  return Object.hasOwn(PLAN_COMMANDS, status)
    ? PLAN_COMMANDS[status as keyof typeof PLAN_COMMANDS]
    : []
}

/** A plan as the form begins with it. Pure. @param plan undefined: a new one, as the host offers every service at first */
export function termsFields(plan: Plan | undefined): TermsFields {
  const { ratePerS = 200, burst = 400, quota, concurrency, maxRows, price, approval } = plan ?? {}
  return {
    ratePerS,
    burst,
    quotaCount: quota?.count ?? null,
    quotaPer: quota?.per ?? 'month',
    concurrency: concurrency ?? null,
    maxRows: maxRows ?? null,
    amount: price?.amount ?? '',
    currency: price?.currency ?? 'CNY',
    unit: price?.unit ?? 'call',
    approval: approval ?? 'auto',
    hidden: Object.entries(plan?.fields ?? {})
      .map(([operation, pointers]) => [operation, ...pointers].join(' '))
      .join('\n'),
  }
}

/** What is sent of them. Pure. */
export function termsOf(fields: TermsFields): Terms {
  const { ratePerS, burst, quotaCount, quotaPer, concurrency, maxRows, approval } = fields
  const { amount = '', currency, unit } = fields
  const hidden = hiddenFields(fields.hidden)
  return {
    ratePerS,
    burst,
    ...(quotaCount == null ? {} : { quota: { count: quotaCount, per: quotaPer } }),
    ...(concurrency == null ? {} : { concurrency }),
    ...(maxRows == null ? {} : { maxRows }),
    ...(Object.keys(hidden).length === 0 ? {} : { fields: hidden }),
    ...(amount.trim() === '' ? {} : { price: { amount: amount.trim(), currency, unit } }),
    approval,
  }
}

/** What is left out of answers, by operation, of lines that name one each. Pure. */
export function hiddenFields(text: string): Readonly<Record<string, readonly string[]>> {
  const lines = text
    .split('\n')
    .map((line) => line.trim().split(/[\s,]+/))
    .filter(([operation]) => operation !== undefined && operation !== '')
  // An operation may have several lines: what one of them hides stays hidden.
  const byOperation = Map.groupBy(lines, ([operation = '']) => operation)
  return Object.fromEntries(
    [...byOperation].map(([operation, of]) => [
      operation,
      [...new Set(of.flatMap(([, ...pointers]) => pointers))],
    ]),
  )
}

/** The first line that names no operation and pointer; undefined: there is none. Pure. */
export function hiddenFault(text: string): string | undefined {
  return Object.entries(hiddenFields(text)).find(
    ([operation, pointers]) =>
      !/^[a-z][A-Za-z0-9]*$/.test(operation) ||
      pointers.length === 0 ||
      pointers.some((pointer) => !/^(\/[^/]+)+$/.test(pointer)),
  )?.[0]
}
