/**
 * The built-ins the guest side works with, captured before the plugin's code can replace them. Spread,
 * destructuring of arrays and `for…of` stay out of all guest-side code: they call iterators that a guest may
 * have replaced.
 */
export function capturePrimordials() {
  const { apply, construct, defineProperty, deleteProperty, getPrototypeOf, ownKeys } = Reflect
  const { create, freeze, hasOwn } = Object
  const { parse, stringify } = JSON
  const { slice, indexOf } = String.prototype
  const { then } = Promise.prototype
  const { get, set } = WeakMap.prototype
  return {
    apply,
    construct,
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
    Date,
    WeakMap,
    /** A dictionary without a prototype: nothing a guest puts on Object.prototype shows through. */
    dictionary: <Value>() => create(null) as Record<PropertyKey, Value | undefined>,
    cut: (text: string, from: number, to: number): string => apply(slice, text, [from, to]),
    find: (text: string, what: string, from: number): number => apply(indexOf, text, [what, from]),
    follow: (
      promise: Promise<unknown>,
      done: (value: unknown) => void,
      failed: (error: unknown) => void,
    ): void => {
      void apply(then, promise, [done, failed])
    },
    recall: (map: WeakMap<object, number>, key: object): number | undefined =>
      apply(get, map, [key]),
    remember: (map: WeakMap<object, number>, key: object, value: number): void => {
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
