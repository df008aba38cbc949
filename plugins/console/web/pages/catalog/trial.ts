import type { Example, ServiceOperation } from './service.ts'
import { sampleOf } from './snippets.ts'

export interface NamedExample {
  readonly name: string
  readonly input: unknown
}

/** Inputs to begin with: those of the contract, else one that is made up. Pure. */
export function inputsOf(
  { examples = [], input }: Pick<ServiceOperation, 'examples' | 'input'>,
  nameOf: (at: number) => string,
): readonly NamedExample[] {
  const given: readonly Example[] = examples.length === 0 ? [{ input: sampleOf(input) }] : examples
  return given.map((example, at) => ({
    name: example.name ?? nameOf(at + 1),
    input: example.input,
  }))
}

/** @returns undefined for what is no JSON */
export function parsedInput(text: string): { readonly input: unknown } | undefined {
  try {
    return { input: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** An answer as it is read: JSON is laid out, anything else stands as it came. Pure. */
export function shownBody(body: string): string {
  const parsed = parsedInput(body)
  return parsed === undefined ? body : JSON.stringify(parsed.input, null, 2)
}
