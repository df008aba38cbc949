import { Refusal } from '@signalbox/sdk'

/** A formula over the values of other characteristics: numbers, names, + - * / ( ), and the functions below. */
export interface Formula {
  /** Characteristics that it reads, each once. */
  readonly reads: readonly string[]
  /** @throws FORMULA_UNDEFINED where the result is no number, as after a division by zero */
  value(of: (name: string) => number): number
}

type Node = (of: (name: string) => number) => number

const functions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  range: (values) => Math.max(...values) - Math.min(...values),
  abs: ([value = Number.NaN]) => Math.abs(value),
  sqrt: ([value = Number.NaN]) => Math.sqrt(value),
}
/** Beyond this depth a formula is a mistake, or an attack on the stack. */
const MAX_DEPTH = 20

/** @throws FORMULA_INVALID */
export function parseFormula(text: string): Formula {
  const parser = new Parser(text)
  const root = parser.whole()
  return {
    reads: [...parser.names],
    value(of) {
      // 12 digits: what is measured has far fewer, and (0.1 + 0.2) is to be 0.3 at a limit.
      const value = Number(root(of).toPrecision(12))
      if (Number.isFinite(value)) return value
      throw new Refusal('FORMULA_UNDEFINED', `"${text}" has no value for these measurements.`)
    },
  }
}

/** Recursive descent: sum, product, sign, value. */
class Parser {
  readonly names = new Set<string>()
  readonly #text: string
  readonly #tokens: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = text.match(/\d+(?:\.\d+)?|[a-z][a-z0-9_]*|[-+*/(),]|\S/g) ?? []
  }

  whole(): Node {
    const node = this.#sum()
    if (this.#at < this.#tokens.length) throw this.#fault()
    return node
  }

  #sum(): Node {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw this.#fault()
    let left = this.#product()
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) {
      const [a, b] = [left, this.#product()]
      left = sign === '+' ? (of) => a(of) + b(of) : (of) => a(of) - b(of)
    }
    this.#depth -= 1
    return left
  }

  #product(): Node {
    let left = this.#signed()
    for (let sign = this.#take('*', '/'); sign !== undefined; sign = this.#take('*', '/')) {
      const [a, b] = [left, this.#signed()]
      left = sign === '*' ? (of) => a(of) * b(of) : (of) => a(of) / b(of)
    }
    return left
  }

  #signed(): Node {
    if (this.#take('-') === undefined) return this.#value()
    const node = this.#value()
    return (of) => -node(of)
  }

  #value(): Node {
    const token = this.#tokens[this.#at]
    this.#at += 1
    if (token === undefined) throw this.#fault()
    if (token === '(') return this.#closed(this.#sum())
    if (/^\d/.test(token)) return () => Number(token)
    if (!/^[a-z]/.test(token)) throw this.#fault()
    if (this.#take('(') !== undefined) return this.#call(token)
    this.names.add(token)
    return (of) => of(token)
  }

  #call(name: string): Node {
    const apply = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (apply === undefined) throw this.#fault()
    const nodes = [this.#sum()]
    while (this.#take(',') !== undefined) nodes.push(this.#sum())
    if (nodes.length > 1 && (name === 'abs' || name === 'sqrt')) throw this.#fault()
    return this.#closed((of) => apply(nodes.map((node) => node(of))))
  }

  #closed(node: Node): Node {
    if (this.#take(')') === undefined) throw this.#fault()
    return node
  }

  #take(...tokens: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined || !tokens.includes(token)) return undefined
    this.#at += 1
    return token
  }

  #fault(): Refusal {
    const near = this.#tokens[Math.max(0, this.#at - 1)] ?? 'its end'
    return new Refusal(
      'FORMULA_INVALID',
      `"${this.#text}" cannot be read near ${near}: use names of characteristics, numbers, + - * / ( ) and ${Object.keys(functions).join(', ')}.`,
    )
  }
}
