/**
 * What a JSON pointer (RFC 6901) leads to. A part `*` goes through all members of a list, and what it finds is one list.
 * @returns undefined where it leads nowhere
 */
export function atPointer(value: unknown, pointer: string): unknown {
  if (pointer === '') return value
  return follow(value, pointer.slice(1).split('/').map(unescaped))
}

function follow(value: unknown, parts: readonly string[]): unknown {
  let current = value
  for (const [i, part] of parts.entries()) {
    if (part === '*') {
      if (!Array.isArray(current)) return undefined
      return current.flatMap((member) => follow(member, parts.slice(i + 1)) ?? [])
    }
    if (typeof current !== 'object' || current === null) return undefined
    if (!Object.hasOwn(current, part)) return undefined
    current = (current as Readonly<Record<string, unknown>>)[part]
  }
  return current
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
