import { Malformed } from './malformed.ts'
import type { DerNode } from './read-der.ts'
import { expectTag, Tag } from './values.ts'

/** The parts of a SEQUENCE or SET, taken one after the other. */
export class Fields {
  readonly #nodes: readonly DerNode[]
  #next = 0

  /** @throws Malformed where the node has another tag */
  constructor(node: DerNode | undefined, tag: number = Tag.sequence) {
    if (node === undefined) throw new Malformed('DER_MALFORMED', 'a part is missing')
    expectTag(node, tag)
    this.#nodes = node.children
  }

  take(): DerNode {
    const node = this.#nodes[this.#next++]
    if (node === undefined) throw new Malformed('DER_MALFORMED', 'a part is missing')
    return node
  }

  takeTagged(tag: number): DerNode {
    const node = this.take()
    expectTag(node, tag)
    return node
  }

  takeIf(...tags: readonly number[]): DerNode | undefined {
    const node = this.#nodes[this.#next]
    if (node === undefined || !tags.includes(node.tag)) return undefined
    this.#next++
    return node
  }

  rest(): readonly DerNode[] {
    const nodes = this.#nodes.slice(this.#next)
    this.#next = this.#nodes.length
    return nodes
  }

  /** @throws Malformed where something is left that nobody looked at */
  end(): void {
    if (this.#next < this.#nodes.length) {
      throw new Malformed('DER_MALFORMED', 'there are more parts than should be')
    }
  }
}

/** What stands in an EXPLICIT tag: exactly one value. */
export function insideOf(node: DerNode): DerNode {
  const [inner, another] = node.children
  if (inner === undefined || another !== undefined) {
    throw new Malformed('DER_MALFORMED', 'a tag does not hold exactly one value')
  }
  return inner
}
