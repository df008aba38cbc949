/** Numbers go up to here; a plugin has at most 32 services of 64 operations. */
const MAX_HANDLERS = 65_535

/** The same number for every call of an operation: the guest reads its name the first time only. */
export class HandlerNumbers {
  readonly #numbers = new Map<string, number>()
  /** First line of the head before, its end included: most calls are of the same operation as the last one. */
  #lastLine = '\0'
  #lastNumber = 0

  /** @param head see callHead. @returns 0 when there are too many to number. */
  of(head: string): number {
    if (head.startsWith(this.#lastLine)) return this.#lastNumber
    const line = head.slice(0, head.indexOf('\n') + 1)
    let number = this.#numbers.get(line)
    if (number === undefined) {
      number = this.#numbers.size + 1
      if (number > MAX_HANDLERS) return 0
      this.#numbers.set(line, number)
    }
    this.#lastLine = line
    this.#lastNumber = number
    return number
  }
}
