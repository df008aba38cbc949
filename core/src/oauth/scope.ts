/** RFC 6749 §3.3, and an operation is a word of letters and digits. */
const scopePattern = /^[a-z][A-Za-z0-9]{0,59}( [a-z][A-Za-z0-9]{0,59})*$/

/**
 * Which operations a token is held to, of those that were asked for.
 * @param covered by the subscription; null: all
 * @param offered by the service; undefined: not known
 * @returns undefined: whatever the subscription covers; `invalid`: not a scope, or more than that
 */
export function grantedScopes(
  asked: string | undefined,
  covered: readonly string[] | null,
  offered: ReadonlySet<string> | undefined,
): readonly string[] | undefined | 'invalid' {
  if (asked === undefined) return covered ?? undefined
  if (!scopePattern.test(asked)) return 'invalid'
  const scopes = [...new Set(asked.split(' '))]
  const isGranted = (operation: string) =>
    covered === null ? (offered?.has(operation) ?? true) : covered.includes(operation)
  return scopes.every(isGranted) ? scopes : 'invalid'
}
