import type { ValidateFunction } from 'ajv/dist/2020.js'
import { contractCompiler } from '../contract.ts'
import { checkArrays } from './array-words.ts'
import { type Branch, branchesOf, declaredNames, typeNames } from './branches.ts'
import { type Comparison, holds, type Reason, shown, type Tell, TooComplex } from './comparison.ts'
import { checkAlternatives, checkConditions } from './composed-words.ts'
import { areDisjointBranches } from './disjoint.ts'
import { checkObjects } from './object-words.ts'
import { checkScalars } from './scalar-words.ts'
import {
  canonical,
  isKeywords,
  type Keywords,
  type Node,
  nodesBelow,
  originOf,
} from './schema-node.ts'

/** Steps of one comparison: a few hundred for the largest contract of our own; 50,000 take about a second. */
const MAX_STEPS = 50_000
const MAX_REASONS = 100

/**
 * Why not everything that fits `narrow` fits `wide`; none: everything does. What cannot be shown is a reason.
 *
 * Each word of `wide` must follow from words of `narrow`, type by type and alternative by alternative. Of `narrow`
 * words may be left out of sight, of `wide` none: so an empty answer is always right.
 * @param isWideNew which of the two is the newer: pointers lead into that one
 * @param at where the schemas stand
 * @throws TooComplex
 */
export function reasonsAgainst(
  narrow: Node,
  wide: Node,
  { isWideNew, at }: { readonly isWideNew: boolean; readonly at: string },
): readonly Reason[] {
  const reasons = new Map<string, Reason>()
  new Walk(isWideNew).within(narrow, wide, at, (reason) => {
    const key = `${reason.rule} ${reason.pointer} ${reason.name ?? ''}`
    const known = reasons.get(key)
    if (known !== undefined) reasons.set(key, joined(known, reason))
    else if (reasons.size < MAX_REASONS) reasons.set(key, reason)
  })
  return [...reasons.values()]
}

/** The same said of several types or alternatives is one reason. */
function joined(known: Reason, reason: Reason): Reason {
  const { values } = reason
  const { values: all } = known
  if (values === undefined || all === undefined || all.split(', ').includes(values)) return known
  return all.length > 200 ? known : { ...known, values: `${all}, ${values}` }
}

class Walk implements Comparison {
  readonly isWideNew: boolean
  #steps = 0
  readonly #compiled = new Map<Node, ValidateFunction>()
  #compiler: ReturnType<typeof contractCompiler> | undefined

  constructor(isWideNew: boolean) {
    this.isWideNew = isWideNew
  }

  within(narrow: Node, wide: Node, at: string, tell: Tell): void {
    this.#step()
    if (wide === true || narrow === false || narrow === wide) return
    if (isKeywords(narrow) && isKeywords(wide) && canonical(narrow) === canonical(wide)) return
    const pointer = originOf(this.isWideNew ? wide : narrow) ?? at
    if (wide === false) {
      if (branchesOf(narrow).length > 0) tell({ rule: 'value', pointer })
      return
    }
    const declared = declaredNames(narrow)
    for (const branch of branchesOf(narrow)) {
      this.#step()
      const members = this.membersOf(branch)
      if (members === undefined) this.#covers(branch, wide, { pointer, declared }, tell)
      else this.#coversMembers(branch, members, wide, pointer, tell)
    }
  }

  areDisjoint(a: Node, b: Node): boolean {
    const others = branchesOf(b)
    return branchesOf(a).every((one) =>
      others.every((other) => {
        this.#step()
        if (one.type !== other.type) return true
        return this.#shareNoMember(one, b) || this.#shareNoMember(other, a)
          ? true
          : areDisjointBranches(this, one, other)
      }),
    )
  }

  compile(node: Node): ValidateFunction {
    let check = this.#compiled.get(node)
    if (check === undefined) {
      this.#compiler ??= contractCompiler()
      check = this.#compiler.compile(node)
      this.#compiled.set(node, check)
    }
    return check
  }

  /** All values of a branch where they are listed; undefined: they are not. */
  membersOf({ type, parts }: Branch): readonly unknown[] | undefined {
    const list = parts.map(listOf).find((values) => values !== undefined) ?? fewValues[type]
    const all = list?.filter((value) => typeOf(value) === type)
    return all?.filter((value) => parts.every((part) => this.#fits(value, part)))
  }

  #shareNoMember(branch: Branch, node: Node): boolean {
    return this.membersOf(branch)?.every((value) => !this.#fits(value, node)) === true
  }

  #coversMembers(
    branch: Branch,
    members: readonly unknown[],
    wide: Keywords,
    pointer: string,
    tell: Tell,
  ): void {
    const strangers = members.filter((value) => !this.#fits(value, wide))
    if (strangers.length === 0) return
    const isAll = strangers.length === members.length && fewValues[branch.type] !== undefined
    const values = isAll ? branch.type : strangers.slice(0, 5).map(shown).join(', ')
    tell({ rule: isAll ? 'type' : 'enum', pointer, values })
  }

  /** Lists of plain values are looked up; all else is for the compiler, which takes a millisecond or two. */
  #fits(value: unknown, node: Node): boolean {
    if (!isKeywords(node)) return node
    const isPlain = typeof value !== 'object' || value === null
    const words = Object.keys(node).filter((word) => !silentWords.has(word))
    if (!isPlain || words.some((word) => !plainWords.has(word))) return this.compile(node)(value)
    const names = typeNames(node)
    const isOfType = names?.some((name) => isOf(value, name)) ?? true
    return isOfType && (listOf(node)?.includes(value) ?? true)
  }

  /** Each word of `wide` for the values of one branch. */
  #covers(
    branch: Branch,
    wide: Node,
    place: { pointer: string; declared: ReadonlySet<string> },
    tell: Tell,
  ): void {
    this.#step()
    if (!isKeywords(wide)) {
      if (!wide) tell({ rule: 'value', pointer: place.pointer })
      return
    }
    const pointer = (this.isWideNew ? originOf(wide) : undefined) ?? place.pointer
    const misfit = misfitOf(branch, wide, pointer)
    if (misfit !== undefined) {
      tell(misfit)
      return
    }
    checkScalars(branch, wide, pointer, tell)
    const inside = { branch, wide, pointer, declared: place.declared }
    if (branch.type === 'object') checkObjects(this, inside, tell)
    if (branch.type === 'array') checkArrays(this, inside, tell)
    const deeper = { pointer, declared: place.declared }
    for (const part of nodesBelow(wide, 'allOf')) this.#covers(branch, part, deeper, tell)
    const composed = {
      comparison: this,
      branch,
      wide,
      pointer,
      fits: (part: Node) => holds((inner) => this.#covers(branch, part, deeper, inner)),
    }
    checkAlternatives(composed, tell)
    checkConditions(composed, tell)
  }

  #step(): void {
    this.#steps++
    if (this.#steps > MAX_STEPS) throw new TooComplex()
  }
}

const fewValues: Partial<Record<Branch['type'], readonly unknown[]>> = {
  null: [null],
  boolean: [false, true],
}

/** Words of a schema that a look at a plain value answers. */
const plainWords: ReadonlySet<string> = new Set(['type', 'nullable', 'enum', 'const'])
const silentWords: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'sensitive',
])

function listOf(part: Keywords): readonly unknown[] | undefined {
  if ('const' in part) return [part['const']]
  return Array.isArray(part['enum']) ? part['enum'] : undefined
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function isOf(value: unknown, name: unknown): boolean {
  return name === typeOf(value) || (name === 'integer' && Number.isInteger(value))
}

/** Of the wrong type, or one of many where only some are listed: then no other word matters. */
function misfitOf(branch: Branch, wide: Keywords, pointer: string): Reason | undefined {
  const { type, isInteger } = branch
  const names = typeNames(wide) ?? [type]
  if (!names.includes(type) && !(isInteger && names.includes('integer'))) {
    const isNumber = type === 'number' && names.includes('integer')
    const at = `${pointer}/type`
    return isNumber
      ? { rule: 'bounds', pointer: at, values: 'integer' }
      : { rule: 'type', pointer: at, values: type }
  }
  if (listOf(wide) === undefined) return undefined
  return { rule: 'enum', pointer: `${pointer}/${'const' in wide ? 'const' : 'enum'}`, values: type }
}
