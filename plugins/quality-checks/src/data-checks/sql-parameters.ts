import type { SqlValue } from '@signalbox/sdk'

/** The values of one statement, each in the order in which its text names it; equal ones share a number. */
export class SqlParameters {
  readonly values: SqlValue[] = []
  readonly #known = new Map<string, string>()

  /** @returns what stands for the value in the text, such as `$3::float8` */
  add(value: SqlValue, type: string): string {
    const key = `${type} ${JSON.stringify(value)}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.values.push(value)
    const name = `$${this.values.length}::${type}`
    this.#known.set(key, name)
    return name
  }
}
