import { type Contract, contractCompiler } from '@signalbox/sdk/contract'
import { declaredPaths } from '@signalbox/sdk/declared-paths'
import type { InputFault } from '@signalbox/sdk/errors'
import { faultsOf } from '@signalbox/sdk/schema'
import { type Matcher, typeNames } from './match-output.ts'

/** What a subscriber says of its own use: which fields it reads, and calls whose answers it relies on. */
export interface Expectations {
  /** By operation, the places of the answer that the app reads. */
  readonly reads: Readonly<Record<string, readonly string[]>>
  readonly examples: readonly ConsumerExample[]
}

export interface ConsumerExample {
  readonly name: string
  readonly operation: string
  readonly input: unknown
  readonly expect: readonly Matcher[]
}

/** What fits the contract today; what does not would be reported as broken by a version that breaks nothing. */
export function expectationFaults(
  { reads, examples }: Expectations,
  contract: Contract,
): readonly InputFault[] {
  const paths = new Map<string, ReadonlySet<string> | undefined>()
  const declared = (operation: string) => {
    if (!paths.has(operation)) paths.set(operation, pathsOf(contract, operation))
    return paths.get(operation)
  }
  return [
    ...Object.entries(reads).flatMap(([operation, list]) =>
      placeFaults(`/reads/${operation}`, declared(operation), list),
    ),
    ...examples.flatMap((example, index) => {
      const at = `/examples/${index}`
      const places = declared(example.operation)
      return [
        ...placeFaults(
          `${at}/expect`,
          places,
          example.expect.map(({ path }) => path),
          '/path',
        ),
        ...matcherFaults(`${at}/expect`, example.expect),
        ...(places === undefined ? [] : inputFaults(`${at}/input`, contract, example)),
      ]
    }),
  ]
}

/** What an app reads of an operation, by its word or by its examples; undefined: it does not say. */
export function readsOf(
  { reads, examples }: Expectations,
  operation: string,
): readonly string[] | undefined {
  const said = Object.hasOwn(reads, operation) ? (reads[operation] ?? []) : undefined
  if (said === undefined) return undefined
  const shown = examples
    .filter((example) => example.operation === operation)
    .flatMap(({ expect }) => expect.map(({ path }) => path))
  return [...said, ...shown]
}

function pathsOf(contract: Contract, operation: string): ReadonlySet<string> | undefined {
  if (!Object.hasOwn(contract.operations, operation)) return undefined
  const definition = contract.operations[operation]
  return new Set(declaredPaths(definition?.output ?? true))
}

function placeFaults(
  pointer: string,
  declared: ReadonlySet<string> | undefined,
  places: readonly string[],
  suffix = '',
): InputFault[] {
  if (declared === undefined) {
    return [{ pointer, detail: 'is of no operation of the service: see its contract' }]
  }
  return places.flatMap((place, index) =>
    declared.has(place)
      ? []
      : [
          {
            pointer: `${pointer}/${index}${suffix}`,
            detail: `"${place}" is not declared by the contract`,
          },
        ],
  )
}

function matcherFaults(pointer: string, matchers: readonly Matcher[]): InputFault[] {
  return matchers.flatMap(({ match, value }, index) => {
    const at = `${pointer}/${index}/value`
    if (match === 'exact' && value === undefined) return [{ pointer: at, detail: 'is required' }]
    const isType = (typeNames as readonly unknown[]).includes(value)
    if (match !== 'type' || isType) return []
    return [{ pointer: at, detail: `must be one of ${typeNames.join(', ')}` }]
  })
}

function inputFaults(
  pointer: string,
  contract: Contract,
  { operation, input }: ConsumerExample,
): InputFault[] {
  const check = contractCompiler().compile(contract.operations[operation]?.input as object)
  if (check(input)) return []
  return faultsOf(check).map((fault) => ({ ...fault, pointer: pointer + fault.pointer }))
}
