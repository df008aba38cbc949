import type { Viewer } from '../../api/viewer.ts'
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

/**
 * Why a viewer cannot call by the session; undefined: he can, as far as is known here. What requires no permission is open to
 * apps alone. Pure.
 */
export function whyNotBySession(
  viewer: Viewer,
  { requires, requiresIn }: Pick<ServiceOperation, 'requires' | 'requiresIn'>,
): 'operator' | 'appsOnly' | 'permission' | undefined {
  // The operator is of no tenant, and a call is.
  if (viewer.kind === 'operator') return 'operator'
  if (requires === undefined) return 'appsOnly'
  const { permissions, permissionsInUnits = [] } = viewer
  const isHeldInUnit = permissionsInUnits.some(({ permission }) => permission === requires)
  const isHeld = permissions.includes(requires) || (requiresIn === 'unit' && isHeldInUnit)
  return isHeld ? undefined : 'permission'
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
