export type Handler = (input: unknown, context: object) => unknown

/**
 * The function that an entry names (see entryText of the sandbox), among what the plugin itself has: nothing of a
 * prototype is ever called.
 */
export function findHandler(plugin: unknown, entry: string): Handler | undefined {
  if (entry === '') {
    const selfTest = own(plugin, 'selfTest')
    return isFunction(selfTest) ? (_, context) => selfTest.call(plugin, context) : undefined
  }
  const isService = !entry.startsWith('\0')
  const parts = isService ? ['services', ...entry.split('\0')] : entry.slice(1).split('\0')
  const owner = parts.slice(0, -1).reduce<unknown>(own, plugin)
  const found = own(owner, parts.at(-1) ?? '')
  return isFunction(found) ? (input, context) => found.call(owner, input, context) : undefined
}

function own(owner: unknown, name: string): unknown {
  if (typeof owner !== 'object' || owner === null || !Object.hasOwn(owner, name)) return undefined
  return (owner as Record<string, unknown>)[name]
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}
