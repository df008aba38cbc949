import type { Deprecation } from './service.ts'

/** What the form holds; times are of the browser's own zone, as its fields have them. */
export interface DeprecationFields {
  readonly deprecatedAt?: string
  readonly sunsetAt?: string
  readonly successor?: number | null
  readonly information?: string
  readonly brownOuts?: readonly { readonly from?: string; readonly to?: string }[]
}

type InstantOf = (text: string | undefined) => string | undefined

/** What is sent of it: what is left empty is not decided. Pure. @param instantOf a time of a field as the host takes it */
export function deprecationBody(
  { deprecatedAt, sunsetAt, successor, information = '', brownOuts = [] }: DeprecationFields,
  instantOf: InstantOf,
) {
  const [since, until] = [instantOf(deprecatedAt), instantOf(sunsetAt)]
  const given = brownOuts.flatMap((one) => {
    const [from, to] = [instantOf(one?.from), instantOf(one?.to)]
    return from === undefined || to === undefined ? [] : [{ from, to }]
  })
  return {
    ...(since === undefined ? {} : { deprecatedAt: since }),
    ...(until === undefined ? {} : { sunsetAt: until }),
    ...(successor == null ? {} : { successor }),
    ...(information.trim() === '' ? {} : { information: information.trim() }),
    ...(given.length === 0 ? {} : { brownOuts: given }),
  }
}

/** A schedule as the form begins with it. Pure. @param fieldOf an instant as a field of the browser has it */
export function deprecationFields(
  deprecation: Deprecation | null,
  fieldOf: (iso: string) => string,
): DeprecationFields {
  if (deprecation === null) return { brownOuts: [] }
  const { deprecatedAt, sunsetAt, successor, information, brownOuts } = deprecation
  return {
    deprecatedAt: fieldOf(deprecatedAt),
    sunsetAt: sunsetAt === null ? '' : fieldOf(sunsetAt),
    successor,
    information: information ?? '',
    brownOuts: brownOuts.map(({ from, to }) => ({ from: fieldOf(from), to: fieldOf(to) })),
  }
}
