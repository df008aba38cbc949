/**
 * The built-ins that only batches work with, captured before the plugin's code runs.
 *
 * The shared buffer of a guest is memory that its heap limit counts once. Whoever could reach its constructor or its
 * `slice` could make more of that kind, so they go before anything else.
 */
export function captureBatchPrimordials() {
  const { apply, deleteProperty, getPrototypeOf, getOwnPropertyDescriptor } = Reflect
  const shared = SharedArrayBuffer.prototype
  deleteProperty(shared, 'constructor')
  deleteProperty(shared, 'slice')
  deleteProperty(shared, 'grow')
  const typedArray = getPrototypeOf(Uint8Array.prototype) as Uint8Array
  const tag = getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)?.get as () => string
  const length = getOwnPropertyDescriptor(typedArray, 'length')?.get as () => number
  const { set } = typedArray
  const { fromCharCode } = String
  const { charCodeAt } = String.prototype
  const { isSafeInteger } = Number
  const { asIntN } = BigInt
  return {
    Float64Array,
    Int32Array,
    BigInt64Array,
    Uint8Array,
    bigintOf: BigInt as (value: number) => bigint,
    isArray: Array.isArray,
    isSafeInteger,
    /** Whether 64 bits with sign hold the number. */
    fitsInt64: (value: bigint): boolean => asIntN(64, value) === value,
    /** `Float64Array` and so on; undefined for anything that is no typed array, whatever it says it is. */
    kindOf: (value: unknown): string | undefined =>
      typeof value === 'object' && value !== null ? apply(tag, value, []) : undefined,
    lengthOf: (array: ArrayLike<unknown>): number => apply(length, array, []),
    copyInto: (target: ArrayLike<unknown>, source: ArrayLike<unknown>): void => {
      apply(set, target, [source])
    },
    textOf: (units: readonly number[]): string => apply(fromCharCode, undefined, units),
    unitAt: (text: string, index: number): number => apply(charCodeAt, text, [index]),
  }
}

export type BatchPrimordials = ReturnType<typeof captureBatchPrimordials>
