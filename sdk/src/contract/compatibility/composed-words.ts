import type { Branch } from './branches.ts'
import type { Comparison, Tell } from './comparison.ts'
import { isSaidAlike } from './object-words.ts'
import { type Keywords, type Node, nodesBelow, nodesByName, OPAQUE } from './schema-node.ts'

interface Composed {
  readonly comparison: Comparison
  readonly branch: Branch
  readonly wide: Keywords
  readonly pointer: string
  /** Whether the branch keeps to a part of `wide`. */
  readonly fits: (part: Node) => boolean
}

/** One of `anyOf` is enough; of `oneOf` all others must be certain not to fit. */
export function checkAlternatives(composed: Composed, tell: Tell): void {
  const { comparison, branch, wide, fits } = composed
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const options = nodesBelow(wide, keyword)
    if (options.length === 0 || isSaidAlike(branch, wide, [keyword])) continue
    const found = options.findIndex(fits)
    const others = keyword === 'oneOf' ? options.filter((_, index) => index !== found) : []
    const isMet =
      found !== -1 && others.every((option) => comparison.areDisjoint(nodeOf(branch), option))
    if (isMet) continue
    tell({ rule: 'alternatives', pointer: `${composed.pointer}/${keyword}`, isUndecided: true })
  }
}

/** Words that look at a value in ways which two schemas only share word for word, but for the simplest. */
export function checkConditions(composed: Composed, tell: Tell): void {
  const { branch, wide, pointer } = composed
  for (const { words, isMet } of conditions) {
    const [first = ''] = words
    if (!(first in wide) || isSaidAlike(branch, wide, words) || isMet?.(composed) === true) continue
    const values = first === OPAQUE ? 'unevaluated' : first
    const at = first === OPAQUE ? pointer : `${pointer}/${first}`
    tell({ rule: 'condition', pointer: at, values, isUndecided: true })
  }
}

interface Condition {
  readonly words: readonly string[]
  readonly isMet?: (composed: Composed) => boolean
}

const conditions: readonly Condition[] = [
  {
    words: ['not'],
    isMet: ({ comparison, branch, wide }) =>
      comparison.areDisjoint(nodeOf(branch), wide['not'] as Node),
  },
  {
    words: ['if', 'then', 'else'],
    isMet: ({ wide, fits }) =>
      [wide['then'], wide['else']].every((node) => node === undefined || fits(node as Node)),
  },
  {
    words: ['dependentSchemas'],
    isMet: ({ branch, wide, fits }) =>
      branch.type !== 'object' || [...nodesByName(wide, 'dependentSchemas').values()].every(fits),
  },
  { words: ['dependencies'], isMet: ({ branch }) => branch.type !== 'object' },
  { words: [OPAQUE] },
]

function nodeOf({ type, parts }: Branch): Node {
  return { allOf: [{ type }, ...parts] }
}
