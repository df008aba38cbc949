/** What is wrong with a document, and where. */
export interface Fault {
  /** JSON pointer, such as `/epcisBody/eventList/3/eventTime`. */
  readonly at: string
  readonly problem: string
}

/** More would help nobody who has to mend it. */
const MOST_FAULTS = 20

/** Gathers faults while a document is gone through. */
export class Faults {
  readonly list: Fault[] = []

  add(at: string, problem: string): void {
    if (this.list.length < MOST_FAULTS) this.list.push({ at, problem })
  }
}

/** Says what is wrong with a value. @param at JSON pointer to it */
export type Check = (value: unknown, at: string, faults: Faults) => void

/** Whether a value passes, where an alternative is asked about. */
export function passes(check: Check, value: unknown): boolean {
  const faults = new Faults()
  check(value, '', faults)
  return faults.list.length === 0
}

export function pointer(at: string, key: string | number): string {
  return `${at}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}
