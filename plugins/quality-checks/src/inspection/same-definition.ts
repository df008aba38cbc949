import type { PlanDefinition } from './plan-definition.ts'

export function isSameDefinition(one: PlanDefinition, other: PlanDefinition): boolean {
  return canonical(one) === canonical(other)
}

/** PostgreSQL keeps the keys of an object in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
