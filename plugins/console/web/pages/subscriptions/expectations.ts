/** What `GET /v1/subscriptions/{id}/expectations` says. */
export interface Expectations {
  readonly reads: Readonly<Record<string, readonly string[]>>
  readonly examples: readonly unknown[]
}

/**
 * What was written into the field, as far as its form goes; what of it the contract does not have is the host's to say. Pure.
 * @returns undefined for what is no JSON object of `reads` and `examples`
 */
export function readExpectations(text: string): Expectations | undefined {
  const said = parsed(text)
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return undefined
  const { reads = {}, examples = [], ...rest } = said as Partial<Expectations>
  const isSound =
    Object.keys(rest).length === 0 &&
    typeof reads === 'object' &&
    reads !== null &&
    Object.values(reads).every(Array.isArray) &&
    Array.isArray(examples)
  return isSound ? { reads, examples } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
