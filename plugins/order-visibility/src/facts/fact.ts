import type { FactData, FactType } from './fact-data.ts'

interface FactFrame<Type extends FactType> {
  /** Type, business key and content, hashed: the same fact told twice is one. */
  readonly fact: string
  readonly type: Type
  /** What it hangs on, such as `shipment:SH-1`; links lead from there to orders. */
  readonly node: string
  readonly businessKey: string
  /** When it happened, which decides; when it came does not. */
  readonly happenedAt: number
  /** When it was told (last, where it was told more than once). */
  readonly publishedAt: number
  /** Plugin or app that told it. */
  readonly publisher: string
  /** Version of that plugin, where the host says it. */
  readonly version: string | null
  readonly data: FactData[Type]
}

export type FactOf<Type extends FactType> = FactFrame<Type>
/** What was told, of any type; `type` tells them apart. */
export type Fact = { [Type in FactType]: FactFrame<Type> }[FactType]

/** That whatever hangs on one node concerns the other, in the end an order. */
export interface Link {
  readonly from: string
  readonly to: string
}

export function nodeOf(kind: string, id: string): string {
  return `${kind}:${id}`
}
