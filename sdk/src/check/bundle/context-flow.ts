import type { AnyNode, CallExpression, NewExpression } from 'acorn'
import { type Binding, isFunction, type Names } from './scopes.ts'
import { keyOf } from './syntax-tree.ts'

/** Rounds until nothing new is known: each follows the context one function further. */
const MAX_ROUNDS = 12

/** Where a name is given a value. */
const giving = new Set([
  'AssignmentPattern',
  'CallExpression',
  'NewExpression',
  'VariableDeclarator',
])

/**
 * Follows the context of handlers through a bundle: names, destructuring, arguments of functions that are written
 * out. What it says of an expression is so on every run that comes there; what it does not follow (a field of an
 * object, a function that is given another) it says nothing of.
 */
export class ContextFlow {
  readonly #names: Names
  readonly #paths = new Map<Binding, string>()
  #hasNews = false

  constructor(nodes: readonly AnyNode[], names: Names, contexts: readonly AnyNode[]) {
    this.#names = names
    for (const parameter of contexts) this.#bind(parameter, 'ctx')
    const givers = nodes.filter(({ type }) => giving.has(type))
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.#hasNews = false
      for (const node of givers) this.#follow(node)
      if (!this.#hasNews) return
    }
  }

  /** `ctx`, `ctx.db`, `ctx.db.query` …; undefined for what is no part of a context, or may be something else. */
  pathOf(node: AnyNode | null | undefined): string | undefined {
    if (node?.type === 'ChainExpression') return this.pathOf(node.expression)
    if (node?.type === 'Identifier') {
      const binding = this.#names.bindingOf(node)
      return binding === undefined ? undefined : this.#paths.get(binding)
    }
    if (node?.type !== 'MemberExpression') return undefined
    const owner = this.pathOf(node.object)
    const key = keyOf(node.property, node.computed)
    return owner === undefined || key === undefined ? undefined : `${owner}.${key}`
  }

  #follow(node: AnyNode): void {
    if (node.type === 'VariableDeclarator' && node.init) this.#give(node.id, node.init)
    else if (node.type === 'AssignmentPattern') this.#give(node.left, node.right)
    else if (node.type === 'CallExpression' || node.type === 'NewExpression') this.#enter(node)
  }

  #enter({ callee, arguments: given }: CallExpression | NewExpression): void {
    const called = callee.type === 'Identifier' ? this.#names.bindingOf(callee)?.value : callee
    if (!isFunction(called)) return
    for (const [index, argument] of given.entries()) {
      const parameter = called.params[index]
      if (argument.type === 'SpreadElement' || parameter === undefined) return
      this.#give(parameter, argument)
    }
  }

  #give(pattern: AnyNode, value: AnyNode): void {
    const path = this.pathOf(value)
    if (path !== undefined) this.#bind(pattern, path)
    else if (pattern.type === 'ObjectPattern' && value.type === 'ObjectExpression') {
      for (const property of value.properties) {
        if (property.type !== 'Property') continue
        const key = keyOf(property.key, property.computed)
        const into = key === undefined ? undefined : partOf(pattern, key)
        if (into !== undefined) this.#give(into, property.value)
      }
    }
  }

  #bind(pattern: AnyNode, path: string): void {
    if (pattern.type === 'AssignmentPattern') this.#bind(pattern.left, path)
    else if (pattern.type === 'Identifier') {
      const binding = this.#names.bindingOf(pattern)
      if (binding === undefined || this.#paths.has(binding)) return
      this.#paths.set(binding, path)
      this.#hasNews = true
    } else if (pattern.type === 'ObjectPattern') {
      for (const property of pattern.properties) {
        if (property.type !== 'Property') continue
        const key = keyOf(property.key, property.computed)
        if (key !== undefined) this.#bind(property.value, `${path}.${key}`)
      }
    }
  }
}

function partOf(
  { properties }: Extract<AnyNode, { type: 'ObjectPattern' }>,
  key: string,
): AnyNode | undefined {
  for (const property of properties) {
    if (property.type === 'Property' && keyOf(property.key, property.computed) === key) {
      return property.value
    }
  }
  return undefined
}
