import type { ColumnType } from '../../../columns/column.ts'
import { resultPlaces } from '../../result-places.ts'
import type { BatchPrimordials } from './batch-primordials.ts'
import { type GuestValues, guestValues } from './guest-column.ts'
import type { Utf8 } from './utf8.ts'

/** Why a result is none: thrown by identity, so that no error of a guest is taken for it. */
export interface ResultFault {
  reason: 'result' | 'output-too-large'
  detail: string
  row: number
}

interface ResultOptions {
  readonly type: ColumnType
  readonly rows: number
  readonly buffer: ArrayBufferLike
  readonly at: number
}

/** Where a function's answers go: a column in the shared buffer, written row by row or as a whole. */
export class ResultColumn {
  readonly type: ColumnType
  readonly rows: number
  readonly values: GuestValues
  readonly fault: ResultFault = { reason: 'result', detail: '', row: -1 }
  hasNulls = false
  /** Of text: where its bytes end. */
  end = 0
  readonly #p: BatchPrimordials
  readonly #utf8: Utf8
  readonly #stringify: (value: unknown) => string | undefined
  readonly #validity: Uint8Array
  readonly #offsets: Int32Array

  constructor(
    p: BatchPrimordials,
    utf8: Utf8,
    stringify: (value: unknown) => string | undefined,
    { type, rows, buffer, at }: ResultOptions,
  ) {
    this.#p = p
    this.#utf8 = utf8
    this.#stringify = stringify
    this.type = type
    this.rows = rows
    const places = resultPlaces(type, rows, at)
    const isText = type === 'utf8' || type === 'json'
    const length = isText ? buffer.byteLength - places.values : rows
    this.values = guestValues(p, type, buffer, places.values, length)
    this.#validity = new p.Uint8Array(buffer, places.validity, (rows + 7) >> 3)
    this.#offsets = new p.Int32Array(buffer, places.offsets, isText ? rows + 1 : 0)
    if (isText) this.#offsets[0] = 0
  }

  /** What a columnar function may fill itself. */
  get out(): GuestValues | undefined {
    return this.type === 'utf8' || this.type === 'json' ? undefined : this.values
  }

  markNull(row: number): void {
    const bits = this.#nulls()
    bits[row >> 3] = (bits[row >> 3] as number) & ~(1 << (row & 7))
    if (this.type === 'utf8' || this.type === 'json') this.#offsets[row + 1] = this.end
    else if (this.type === 'i64') (this.values as BigInt64Array)[row] = 0n
    else (this.values as Float64Array)[row] = 0
  }

  #nulls(): Uint8Array {
    const bits = this.#validity
    if (!this.hasNulls) {
      this.hasNulls = true
      for (let index = 0; index < bits.length; index++) bits[index] = 255
    }
    return bits
  }

  /** Rows without a value in `validity` have none here either. */
  maskBy(validity: Uint8Array): void {
    const bits = this.#nulls()
    for (let n = 0; n < bits.length; n++) bits[n] = (bits[n] as number) & (validity[n] as number)
  }

  set(row: number, value: unknown): void {
    if (value === null || value === undefined) {
      this.markNull(row)
      return
    }
    const { type } = this
    if (type === 'utf8') this.setText(row, value)
    else if (type === 'json') this.setJson(row, value)
    else if (type === 'i64') this.setInt64(row, value)
    else if (type === 'bool') this.setBool(row, value)
    else if (typeof value !== 'number' || (type === 'i32' && (value | 0) !== value)) {
      this.refuse(row, value)
    } else (this.values as Float64Array)[row] = value
  }

  setBool(row: number, value: unknown): void {
    if (typeof value !== 'boolean') this.refuse(row, value)
    ;(this.values as Uint8Array)[row] = value ? 1 : 0
  }

  setInt64(row: number, value: unknown): void {
    const { bigintOf, fitsInt64, isSafeInteger } = this.#p
    const whole = isSafeInteger(value) ? bigintOf(value as number) : value
    if (typeof whole !== 'bigint' || !fitsInt64(whole)) this.refuse(row, value)
    ;(this.values as BigInt64Array)[row] = whole as bigint
  }

  setText(row: number, value: unknown): void {
    if (typeof value !== 'string') this.refuse(row, value)
    const end = this.#utf8.write(value as string, this.values as Uint8Array, this.end)
    if (end < 0) {
      this.fault.reason = 'output-too-large'
      this.fault.detail = `${(value as string).length}`
      this.fault.row = row
      throw this.fault
    }
    this.end = end
    this.#offsets[row + 1] = end
  }

  setJson(row: number, value: unknown): void {
    // JSON would make an empty object of a promise, and nobody would notice.
    if (typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function') {
      this.refuse(row, value)
    }
    const text = this.#stringify(value)
    if (text === undefined) this.markNull(row)
    else this.setText(row, text)
  }

  refuse(row: number, value: unknown): never {
    this.fault.detail = this.#nameOf(value)
    this.fault.row = row
    throw this.fault
  }

  #nameOf(value: unknown): string {
    const kind = this.#p.kindOf(value)
    if (kind !== undefined) return `${kind}(${this.#p.lengthOf(value as ArrayLike<unknown>)})`
    if (this.#p.isArray(value)) return `an array of ${value.length}`
    if (typeof value === 'number') return `${value}`
    return `a value of type ${typeof value}`
  }

  /** Takes a columnar function's answer: see UdfResult of the SDK. */
  fill(answer: unknown): void {
    if (this.#p.isArray(answer)) {
      if (answer.length !== this.rows) this.refuse(-1, answer)
      for (let row = 0; row < this.rows; row++) this.set(row, answer[row])
      return
    }
    if (this.#fillTyped(answer)) return
    if (typeof answer !== 'object' || answer === null) this.refuse(-1, answer)
    const { values, validity } = answer as { values?: unknown; validity?: unknown }
    if (!this.#fillTyped(values)) this.refuse(-1, values)
    if (validity === undefined || validity === null) return
    const isBitmap = this.#p.kindOf(validity) === 'Uint8Array'
    if (!isBitmap || this.#p.lengthOf(validity as Uint8Array) < (this.rows + 7) >> 3) {
      this.refuse(-1, validity)
    }
    this.maskBy(validity as Uint8Array)
  }

  #fillTyped(array: unknown): boolean {
    const kind = this.#p.kindOf(array)
    if (kind === undefined || this.type === 'utf8' || this.type === 'json') return false
    const isSame = kind === this.#p.kindOf(this.values)
    if (!isSame || this.#p.lengthOf(array as Uint8Array) !== this.rows) this.refuse(-1, array)
    if (array !== this.values) this.#p.copyInto(this.values, array as Uint8Array)
    if (this.type === 'bool') {
      const bits = this.values as Uint8Array
      for (let row = 0; row < this.rows; row++) bits[row] = bits[row] === 0 ? 0 : 1
    }
    return true
  }
}
