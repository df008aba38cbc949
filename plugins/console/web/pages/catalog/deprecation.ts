import type { Deprecation } from './service.ts'

/** What the form holds; a time is its instant, and empty where none is given. */
export interface DeprecationFields {
  readonly deprecatedAt?: string
  readonly sunsetAt?: string
  readonly successor?: number | null
  readonly information?: string
  readonly brownOuts?: readonly { readonly from?: string; readonly to?: string }[]
}

/** What is sent of it: what is left empty is not decided. Pure. */
export function deprecationBody({
  deprecatedAt,
  sunsetAt,
  successor,
  information = '',
  brownOuts = [],
}: DeprecationFields) {
  // A line that was added and not filled in yet is empty.
  const given = brownOuts.flatMap((one) => (one?.from && one.to ? [one] : []))
  return {
    ...(deprecatedAt ? { deprecatedAt } : {}),
    ...(sunsetAt ? { sunsetAt } : {}),
    ...(successor == null ? {} : { successor }),
    ...(information.trim() === '' ? {} : { information: information.trim() }),
    ...(given.length === 0 ? {} : { brownOuts: given }),
  }
}

/** A schedule as the form begins with it. Pure. */
export function deprecationFields(deprecation: Deprecation | null): DeprecationFields {
  if (deprecation === null) return { brownOuts: [] }
  const { deprecatedAt, sunsetAt, successor, information, brownOuts } = deprecation
  return {
    deprecatedAt,
    sunsetAt: sunsetAt ?? '',
    successor,
    information: information ?? '',
    brownOuts,
  }
}
