import { pointerTo } from '../../schema/json-pointer.ts'
import type { Branch } from './branches.ts'
import { type Comparison, holds, type Tell } from './comparison.ts'
import { least, most } from './number-bounds.ts'
import { isSaidAlike } from './object-words.ts'
import { itemAt, longestPrefix } from './parts-of-objects.ts'
import { checkSize } from './scalar-words.ts'
import { type Keywords, type Node, originOf } from './schema-node.ts'

/** What `wide` asks of lists, against what every list of the branch keeps to. */
export function checkArrays(
  comparison: Comparison,
  { branch, wide, pointer }: { branch: Branch; wide: Keywords; pointer: string },
  tell: Tell,
): void {
  const { parts } = branch
  const longest = mostItems(parts)
  const words = { pointer, rule: 'items', min: 'minItems', max: 'maxItems' } as const
  checkSize(parts, wide, words, tell, { least: 0, most: longest })
  // Beyond all prefixes every item is as the next.
  const places = Math.max(longestPrefix(parts), longestPrefix([wide])) + 1
  for (let index = 0; index < Math.min(places, longest); index++) {
    const narrow = itemAt(parts, index)
    const wanted = itemAt([wide], index)
    const keyword = index < longestPrefix([wide]) ? `prefixItems/${index}` : 'items'
    const at = originOf(comparison.isWideNew ? wanted : narrow) ?? `${pointer}/${keyword}`
    if (wanted === false) tell({ rule: 'items', pointer: at, values: `at most ${index}` })
    else comparison.within(narrow, wanted, at, tell)
  }
  if (wide['uniqueItems'] === true && longest > 1) {
    const isUnique = parts.some((part) => part['uniqueItems'] === true)
    if (!isUnique) tell({ rule: 'items', pointer: `${pointer}/uniqueItems`, values: 'uniqueItems' })
  }
  checkContains(comparison, { branch, wide, pointer }, tell)
}

/** An item that is `false` ends the list before it. */
function mostItems(parts: readonly Keywords[]): number {
  const bound = most(parts, 'maxItems')
  const places = longestPrefix(parts) + 1
  for (let index = 0; index < Math.min(places, bound); index++) {
    if (itemAt(parts, index) === false) return index
  }
  return bound
}

const containing = ['contains', 'minContains', 'maxContains'] as const

function checkContains(
  comparison: Comparison,
  { branch, wide, pointer }: { branch: Branch; wide: Keywords; pointer: string },
  tell: Tell,
): void {
  const asked = wide['contains'] as Node | undefined
  if (asked === undefined || isSaidAlike(branch, wide, containing)) return
  const { parts } = branch
  const fewest = (wide['minContains'] as number | undefined) ?? 1
  const isBounded = wide['maxContains'] !== undefined
  const items = Array.from({ length: longestPrefix(parts) + 1 }, (_, index) => itemAt(parts, index))
  const isEach = items.every((item) =>
    holds((inner) => comparison.within(item, asked, pointer, inner)),
  )
  if (!isBounded && (fewest <= 0 || (isEach && least(parts, 'minItems') >= fewest))) return
  tell({
    rule: 'items',
    pointer: pointerTo(pointer, 'contains'),
    values: 'contains',
    isUndecided: true,
  })
}
