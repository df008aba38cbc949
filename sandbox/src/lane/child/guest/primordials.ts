import { captureBytes } from './byte-primordials.ts'

/**
 * The built-ins the guest side works with, captured before the plugin's code can replace them. Spread,
 * destructuring of arrays and `for…of` stay out of all guest-side code: they call iterators that a guest may
 * have replaced.
 */
export function capturePrimordials() {
  const scope = globalThis as unknown as Record<string, unknown>
  const { apply, construct, defineProperty, deleteProperty, getPrototypeOf, ownKeys } = Reflect
  const { subarray } = Uint8Array.prototype
  const { create, freeze, hasOwn } = Object
  const { parse, stringify } = JSON
  const { slice, indexOf, charCodeAt } = String.prototype
  const { then } = Promise.prototype
  const { get, set } = WeakMap.prototype
  const bytes = captureBytes()
  return {
    apply,
    construct,
    defineProperty,
    deleteProperty,
    getPrototypeOf,
    ownKeys,
    freeze,
    hasOwn,
    parse: parse as (text: string) => unknown,
    stringify: stringify as (value: unknown) => string | undefined,
    Promise,
    Error,
    EvalError,
    TypeError,
    RangeError,
    Date,
    WeakMap,
    Uint8Array,
    Uint32Array,
    BigInt,
    Number,
    Math,
    /** What only some plugins keep, by the name of the capability. */
    optional: {
      intl: { name: 'Intl', value: scope.Intl },
      wasm: { name: 'WebAssembly', value: scope.WebAssembly },
    },
    bytes,
    isBytes: bytes.isBytes,
    /** A dictionary without a prototype: nothing a guest puts on Object.prototype shows through. */
    dictionary: <Value>() => create(null) as Record<PropertyKey, Value | undefined>,
    cut: (text: string, from: number, to: number): string => apply(slice, text, [from, to]),
    find: (text: string, what: string, from: number): number => apply(indexOf, text, [what, from]),
    unitAt: (text: string, index: number): number => apply(charCodeAt, text, [index]),
    head: (bytes: Uint8Array, length: number): Uint8Array => apply(subarray, bytes, [0, length]),
    follow: (
      promise: Promise<unknown>,
      done: (value: unknown) => void,
      failed: (error: unknown) => void,
    ): void => {
      void apply(then, promise, [done, failed])
    },
    recall: (map: WeakMap<object, string>, key: object): string | undefined =>
      apply(get, map, [key]),
    remember: (map: WeakMap<object, string>, key: object, value: string): void => {
      apply(set, map, [key, value])
    },
    /** Sets a property that enumeration does not show; `isFixed` for good. */
    define: (target: object, key: PropertyKey, value: unknown, isFixed: boolean): void => {
      const descriptor = create(null) as PropertyDescriptor
      descriptor.value = value
      descriptor.writable = !isFixed
      descriptor.enumerable = false
      descriptor.configurable = !isFixed
      defineProperty(target, key, descriptor)
    },
  }
}

export type Primordials = ReturnType<typeof capturePrimordials>
