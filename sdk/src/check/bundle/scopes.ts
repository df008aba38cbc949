import type { AnyNode, Identifier, Program, VariableDeclaration } from 'acorn'
import { pushChildren } from './syntax-tree.ts'

/** What a name stands for: where it was declared, and what it was given there. */
export interface Binding {
  readonly name: string
  /** A function, or the expression of a `const`, `let` or `var`; undefined: a parameter, or nothing. */
  readonly value: AnyNode | undefined
}

class Scope {
  readonly parent: Scope | undefined
  readonly isFunction: boolean
  readonly #bindings = new Map<string, Binding>()

  constructor(parent: Scope | undefined, isFunction: boolean) {
    this.parent = parent
    this.isFunction = isFunction
  }

  declare(name: string, value: AnyNode | undefined): void {
    if (!this.#bindings.has(name)) this.#bindings.set(name, { name, value })
  }

  find(name: string): Binding | undefined {
    let scope: Scope | undefined = this
    for (; scope !== undefined; scope = scope.parent) {
      const found = scope.#bindings.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Where a `var` of this place belongs. */
  get ofFunction(): Scope {
    let scope: Scope = this
    while (!scope.isFunction && scope.parent !== undefined) scope = scope.parent
    return scope
  }
}

/** Names of a script, by ECMAScript's rules of scope: each identifier that is read knows what it stands for. */
export interface Names {
  /** @returns undefined for a name of the surroundings, such as `Intl` */
  bindingOf(identifier: Identifier): Binding | undefined
}

export function resolveNames(program: Program): Names {
  const scopes = new Map<AnyNode, Scope>()
  // Two lists side by side: a pair for each node would be a million objects more.
  const open: AnyNode[] = [program]
  const outers: Scope[] = [new Scope(undefined, true)]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const outer = outers.pop() as Scope
    const scope = scopeOf(node, outer)
    declareIn(node, scope, outer)
    if (node.type === 'Identifier') scopes.set(node, scope)
    pushChildren(node, open)
    while (outers.length < open.length) outers.push(scope)
  }
  return { bindingOf: (identifier) => scopes.get(identifier)?.find(identifier.name) }
}

const blocks = new Set([
  'BlockStatement',
  'CatchClause',
  'ForInStatement',
  'ForOfStatement',
  'ForStatement',
  'StaticBlock',
  'SwitchStatement',
])

export function isFunction(node: AnyNode | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  )
}

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>

function scopeOf(node: AnyNode, outer: Scope): Scope {
  if (isFunction(node)) return new Scope(outer, true)
  return blocks.has(node.type) || node.type === 'ClassExpression' ? new Scope(outer, false) : outer
}

function declareIn(node: AnyNode, scope: Scope, outer: Scope): void {
  if (isFunction(node)) declareFunction(node, scope, outer)
  else if (node.type === 'VariableDeclaration') {
    declareVariables(node, node.kind === 'var' ? scope.ofFunction : scope)
  } else if (node.type === 'ClassDeclaration' && node.id !== null) {
    scope.declare(node.id.name, node)
  } else if (node.type === 'CatchClause' && node.param) {
    for (const { name } of namesIn(node.param)) scope.declare(name, undefined)
  }
}

function declareFunction(node: FunctionNode, scope: Scope, outer: Scope): void {
  if (node.type === 'FunctionDeclaration' && node.id !== null) outer.declare(node.id.name, node)
  if (node.type === 'FunctionExpression' && node.id) scope.declare(node.id.name, node)
  for (const parameter of node.params) {
    for (const { name } of namesIn(parameter)) scope.declare(name, undefined)
  }
}

function declareVariables({ declarations }: VariableDeclaration, scope: Scope): void {
  for (const { id, init } of declarations) {
    if (id.type === 'Identifier') scope.declare(id.name, init ?? undefined)
    else for (const { name } of namesIn(id)) scope.declare(name, undefined)
  }
}

/** The names that a pattern declares. */
function* namesIn(pattern: AnyNode): Generator<Identifier> {
  if (pattern.type === 'Identifier') yield pattern
  else if (pattern.type === 'AssignmentPattern') yield* namesIn(pattern.left)
  else if (pattern.type === 'RestElement') yield* namesIn(pattern.argument)
  else if (pattern.type === 'ArrayPattern') {
    for (const element of pattern.elements) if (element !== null) yield* namesIn(element)
  } else if (pattern.type === 'ObjectPattern') {
    for (const property of pattern.properties) {
      yield* namesIn(property.type === 'Property' ? property.value : property.argument)
    }
  }
}
