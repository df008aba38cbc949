/** A column of an answer, and how its text is read. */
export interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

interface PreparedText {
  /** No plugin can name it: EXECUTE and DEALLOCATE are none of the statements that the gate lets through. */
  readonly name: string
  readonly columns: readonly Column[]
}

/** Each holds its plan in the server's memory, some 20 KB; a plugin asks by some dozen texts. */
const MAX_TEXTS = 64

/**
 * The reads that one connection has prepared since it was last wiped: texts of a plugin are constants of its
 * bundle, and to parse and plan one again costs PostgreSQL more than to answer it.
 */
export class PreparedTexts {
  readonly #texts = new Map<string, PreparedText>()
  #named = 0

  /** What failed after it was prepared counts too: the server may have it. */
  get isFull(): boolean {
    return this.#named >= MAX_TEXTS
  }

  find(sql: string): PreparedText | undefined {
    return this.#texts.get(sql)
  }

  newName(): string {
    return `signalbox_${++this.#named}`
  }

  add(sql: string, text: PreparedText): void {
    this.#texts.set(sql, text)
  }

  /** The server forgot them all. */
  clear(): void {
    this.#texts.clear()
    this.#named = 0
  }
}
