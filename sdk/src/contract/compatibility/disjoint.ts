import type { Branch } from './branches.ts'
import type { Comparison } from './comparison.ts'
import { least, lowerBound, most, upperBound } from './number-bounds.ts'
import { propertyOf, requiredNames } from './parts-of-objects.ts'

/** Whether certainly no value of their common type fits both; alternatives that a field tells apart, most of all. */
export function areDisjointBranches(comparison: Comparison, a: Branch, b: Branch): boolean {
  const parts = [...a.parts, ...b.parts]
  if (a.type === 'object') {
    return [...requiredNames(parts)].some((name) =>
      comparison.areDisjoint(propertyOf(a.parts, name).node, propertyOf(b.parts, name).node),
    )
  }
  if (a.type === 'number') {
    const isInteger = a.isInteger || b.isInteger
    const low = lowerBound(parts, isInteger)
    const high = upperBound(parts, isInteger)
    if (low.value !== high.value) return low.value > high.value
    return low.isExclusive || high.isExclusive
  }
  if (a.type === 'string') return least(parts, 'minLength') > most(parts, 'maxLength')
  if (a.type === 'array') return least(parts, 'minItems') > most(parts, 'maxItems')
  return false
}
