import { unescapeToken } from '../schema/json-pointer.ts'

/** Where a value stands in a text, counted from 1 as editors do. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/**
 * Finds the place of an RFC 6901 pointer in a JSON text that `JSON.parse` accepts.
 *
 * A pointer to something that is not there (a missing property) gives the place of the nearest thing that
 * is: the object it is missing from. Of a repeated key the last one counts, as in `JSON.parse`.
 */
export function positionOf(json: string, pointer: string): TextPosition {
  const wanted = pointer.split('/').slice(1).map(unescapeToken)
  return lineAndColumn(json, new Scanner(json).locate(wanted))
}

/** Walks the text once. It trusts the syntax: `JSON.parse` has seen the text before. */
class Scanner {
  readonly #json: string
  #at = 0

  constructor(json: string) {
    this.#json = json
  }

  /** @returns the offset of the value at `path`, or of its nearest ancestor. */
  locate(path: readonly string[]): number {
    this.#skipSpace()
    const start = this.#at
    const found = this.#children((key, offset) => {
      if (path.length === 0 || key !== path[0]) return undefined
      const at = this.#at
      const inner = this.locate(path.slice(1))
      // A key's own place is a better mark than its value's: a wrong property is wrong by its name.
      return path.length === 1 || inner === at ? offset : inner
    })
    return found ?? start
  }

  /** Visits each child of the value at the cursor, leaves the cursor behind the value. */
  #children(visit: (key: string, offset: number) => number | undefined): number | undefined {
    const open = this.#json[this.#at]
    if (open !== '{' && open !== '[') {
      this.#skipScalar()
      return undefined
    }
    this.#at += 1
    let found: number | undefined
    for (let index = 0; ; index += 1) {
      this.#skipSpace()
      const next = this.#json[this.#at]
      if (next === undefined) return found
      if (next === '}' || next === ']') {
        this.#at += 1
        return found
      }
      if (next === ',') {
        this.#at += 1
        this.#skipSpace()
      }
      found = this.#child(open === '{' ? undefined : String(index), visit) ?? found
    }
  }

  #child(
    index: string | undefined,
    visit: (key: string, offset: number) => number | undefined,
  ): number | undefined {
    const offset = this.#at
    const key = index ?? this.#readKey()
    const start = this.#at
    const found = visit(key, offset)
    if (this.#at === start) this.#children(() => undefined)
    return found
  }

  #readKey(): string {
    const start = this.#at
    this.#skipScalar()
    const key = JSON.parse(this.#json.slice(start, this.#at)) as string
    this.#skipSpace()
    this.#at += 1 // the colon
    this.#skipSpace()
    return key
  }

  #skipSpace(): void {
    this.#skip(/[ \t\r\n]*/y)
  }

  #skipScalar(): void {
    this.#skip(/"(?:[^"\\]|\\.)*"|[^,\]}\s]+/y)
  }

  #skip(token: RegExp): void {
    token.lastIndex = this.#at
    this.#at += token.exec(this.#json)?.[0].length ?? 0
  }
}

function lineAndColumn(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  return { line: before.split('\n').length, column: offset - lastBreak }
}
