/** @returns `@acme` of `@acme/quality-gate`; undefined: the name has no scope, so it is the host's own marketplace's */
export function scopeOf(name: string): string | undefined {
  return name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined
}

/** @param allow names, or beginnings of names that end in `*`; none: whatever its scopes hold */
export function isAllowed(allow: readonly string[], name: string): boolean {
  if (allow.length === 0) return true
  return allow.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name,
  )
}
