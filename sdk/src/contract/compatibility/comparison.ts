import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { SchemaRuleName } from './change-rules.ts'
import type { Node } from './schema-node.ts'

/** Why a schema is not within another: the word of the wider one that nothing in the narrower one fulfils. */
export interface Reason {
  readonly rule: SchemaRuleName
  /** Into the newer of the two files. */
  readonly pointer: string
  readonly name?: string
  readonly values?: string
  /** It could not be shown, which does not mean that it is not so. */
  readonly isUndecided?: boolean
}

/** One comparison of two schemas, with what it may cost. */
export interface Comparison {
  /** The one that should be the wider is the newer of the two. */
  readonly isWideNew: boolean
  readonly compile: (node: Node) => ValidateFunction
  /** Whether all that fits `narrow` fits `wide`; why not is told. Given here, as schemas hold schemas. */
  within(narrow: Node, wide: Node, at: string, tell: Tell): void
  /** Whether certainly nothing fits both. */
  areDisjoint(a: Node, b: Node): boolean
}

export type Tell = (reason: Reason) => void

/** @throws when two schemas would take more steps than a host has time for */
export class TooComplex extends Error {}

/** Whether nothing is told: for alternatives, of which one is enough. */
export function holds(check: (tell: Tell) => void): boolean {
  let isTold = false
  check(() => {
    isTold = true
  })
  return !isTold
}

/** A value as it stands in a sentence. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  return json.length > 60 ? `${json.slice(0, 57)}…` : json
}
