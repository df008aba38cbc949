import { callLimits } from '../host-calls/call-limits.ts'
import type { LogRecord } from './records.ts'

const { logLength } = callLimits

/** The log of one call, which ends where a sandbox ends it. */
export class GuestLog {
  readonly #records: LogRecord[]
  #length = 0

  constructor(records: LogRecord[]) {
    this.#records = records
  }

  add(level: LogRecord['level'], message: string, fields: unknown): void {
    if (this.#length > logLength) return
    const body = `[${JSON.stringify(message)},${JSON.stringify(fields) ?? 'null'}]`
    this.#length += body.length
    if (this.#length > logLength) {
      const end = 'The log of this call ends here: 64 KiB are used up'
      this.#records.push({ level: 'warn', message: end })
      return
    }
    this.#records.push({ level, message, ...(fields === undefined ? {} : { fields }) })
  }
}
