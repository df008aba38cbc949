import { pointerTo } from '../../schema/json-pointer.ts'
import type { Branch } from './branches.ts'
import { type Comparison, holds, type Tell } from './comparison.ts'
import {
  otherProperties,
  propertiesLike,
  propertyOf,
  requiredNames,
  sayingOf,
} from './parts-of-objects.ts'
import { checkSize } from './scalar-words.ts'
import { canonical, type Keywords, type Node, nodesByName, originOf } from './schema-node.ts'

interface Place {
  readonly branch: Branch
  readonly wide: Keywords
  readonly pointer: string
  /** Names that the narrow schema declares in any of its alternatives. */
  readonly declared: ReadonlySet<string>
}

/** What `wide` asks of objects, against what every object of the branch keeps to. */
export function checkObjects(comparison: Comparison, place: Place, tell: Tell): void {
  const { branch, wide, pointer } = place
  const required = requiredNames(branch.parts)
  for (const name of requiredNames([wide])) {
    if (!required.has(name)) tell({ rule: 'required', pointer: `${pointer}/required`, name })
  }
  checkNamed(comparison, place, tell)
  checkUnnamed(comparison, place, tell)
  checkPropertyNames(comparison, place, tell)
  const known = { least: required.size, most: mostProperties(branch.parts) }
  const words = { pointer, rule: 'count', min: 'minProperties', max: 'maxProperties' } as const
  checkSize(branch.parts, wide, words, tell, known)
  checkDependents(place, required, tell)
}

function checkNamed(comparison: Comparison, place: Place, tell: Tell): void {
  const { branch, wide, pointer, declared } = place
  const asked = [...nodesByName(wide, 'properties').keys()]
  const known = branch.parts.flatMap((part) => [...nodesByName(part, 'properties').keys()])
  for (const name of new Set([...asked, ...known])) {
    const narrow = propertyOf(branch.parts, name)
    const wanted = sayingOf(wide, name)
    if (narrow.node === false) continue
    // What a contract neither declares nor speaks of it does not promise: a name may be given a meaning later.
    const isFree = !narrow.isSaid && !declared.has(name)
    if (isFree && nodesByName(wide, 'properties').has(name)) continue
    const at =
      originOf(comparison.isWideNew ? wanted.node : narrow.node) ??
      pointerTo(`${pointer}/properties`, name)
    if (wanted.node === false) tell({ rule: 'property', pointer: at, name })
    else comparison.within(narrow.node, wanted.node, at, tell)
  }
}

/** Names that nobody declares: those that a pattern of `wide` matches, and all others. */
function checkUnnamed(comparison: Comparison, place: Place, tell: Tell): void {
  const { branch, wide, pointer } = place
  const patterns = nodesByName(wide, 'patternProperties')
  for (const [pattern, node] of patterns) {
    const narrow = propertiesLike(branch.parts, pattern)
    const at = pointerTo(`${pointer}/patternProperties`, pattern)
    comparison.within(narrow, node, at, tell)
  }
  const others = wide['additionalProperties'] as Node | undefined
  if (others === undefined || others === true) return
  const narrow = otherProperties(branch.parts, [...patterns.keys()])
  if (narrow === false) return
  const at = `${pointer}/additionalProperties`
  if (others === false) tell({ rule: 'undeclared', pointer: at })
  else comparison.within(narrow, others, at, tell)
}

function checkPropertyNames(comparison: Comparison, place: Place, tell: Tell): void {
  const { branch, wide, pointer } = place
  const asked = wide['propertyNames'] as Node | undefined
  if (asked === undefined) return
  const said = branch.parts.map((part) => (part['propertyNames'] as Node | undefined) ?? true)
  const isSaid = said.some((node) =>
    holds((inner) => comparison.within(namesOf(node), asked, pointer, inner)),
  )
  const names = closedNames(branch.parts)
  const isListed = names?.every((name) => comparison.compile(asked)(name)) === true
  if (!isSaid && !isListed) {
    tell({ rule: 'undeclared', pointer: `${pointer}/propertyNames`, isUndecided: true })
  }
}

/** Every name is a text. */
function namesOf(node: Node): Node {
  if (node === false) return false
  return node === true ? { type: 'string' } : { allOf: [node, { type: 'string' }] }
}

/** All names that may be there, where the parts let through no others. */
function closedNames(parts: readonly Keywords[]): readonly string[] | undefined {
  const closed = parts.find(
    (part) =>
      part['additionalProperties'] === false && nodesByName(part, 'patternProperties').size === 0,
  )
  if (closed === undefined) return undefined
  const names = [...nodesByName(closed, 'properties').keys()]
  return names.filter((name) => propertyOf(parts, name).node !== false)
}

function mostProperties(parts: readonly Keywords[]): number {
  return closedNames(parts)?.length ?? Number.POSITIVE_INFINITY
}

function checkDependents(
  { branch, wide, pointer }: Place,
  required: ReadonlySet<string>,
  tell: Tell,
): void {
  for (const [name, others] of Object.entries((wide['dependentRequired'] as object) ?? {})) {
    const saidBy = (part: Keywords): readonly string[] => {
      const lists = part['dependentRequired'] as Record<string, string[]> | undefined
      return lists !== undefined && Object.hasOwn(lists, name) ? (lists[name] ?? []) : []
    }
    const said = new Set([...required, ...branch.parts.flatMap(saidBy)])
    const isNever = propertyOf(branch.parts, name).node === false
    if (isNever || (others as string[]).every((other) => said.has(other))) continue
    const values = `${name} → ${(others as string[]).join(', ')}`
    tell({ rule: 'count', pointer: pointerTo(`${pointer}/dependentRequired`, name), values })
  }
}

/** Whether a part of the branch says word for word the same. */
export function isSaidAlike(branch: Branch, wide: Keywords, keywords: readonly string[]): boolean {
  const words = (part: Keywords) =>
    canonical(Object.fromEntries(keywords.map((keyword) => [keyword, part[keyword]])))
  return branch.parts.some((part) => words(part) === words(wide))
}
