/** Settings as a sandbox gives them: nothing that a handler writes into them is met by the next one. */
export function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) deepFrozen(part)
  return Object.freeze(value)
}
