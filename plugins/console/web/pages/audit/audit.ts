import type { Ask } from '../../api/request.ts'

export interface AuditEntry {
  readonly id: number
  readonly at: string
  readonly tenant: string | null
  readonly actor: string
  readonly action: string
  readonly subject: string
  /** `done`, or the code of the refusal. */
  readonly outcome: string
  readonly traceId: string | null
  readonly generation?: number
  readonly detail: Readonly<Record<string, unknown>>
}

/** Whether entries that are kept now would leave. Null: they are kept for ever. Pure. */
export function isShorter(wished: number | null, present: number | null): wished is number {
  return wished !== null && (present === null || wished < present)
}

/** Words that a list is narrowed to, as the host and the address of the page name them. */
export const FILTERS = ['actor', 'action', 'subject', 'outcome', 'from', 'to'] as const
export type Filter = (typeof FILTERS)[number]
export type Filters = Readonly<Partial<Record<Filter, string>>>

/** What of the address narrows the list. Pure. */
export function filtersIn(query: URLSearchParams): Filters {
  return Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = query.get(name)
      return value === null || value === '' ? [] : [[name, value]]
    }),
  )
}

/** The address with other filters; what else stands in it stays. Pure. */
export function withFilters(query: URLSearchParams, filters: Filters): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const name of FILTERS) {
    const value = filters[name]?.trim()
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, value)
  }
  return next
}

export function auditQuery(
  tenant: string | undefined,
  filters: Filters,
): NonNullable<Ask['query']> {
  return { ...filters, tenant }
}

/** What of the address is an instant, as the field of a time takes it. Pure. */
export function instantOr(iso: string | undefined): string {
  return iso === undefined || Number.isNaN(Date.parse(iso)) ? '' : iso
}
