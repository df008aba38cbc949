/** The built-ins that work on bytes, captured like all of primordials.ts. */
export function captureBytes() {
  const { apply, getPrototypeOf, getOwnPropertyDescriptor } = Reflect
  const { subarray } = Uint8Array.prototype
  const { fromCharCode } = String
  const Bytes = Uint8Array
  const typedArray = getPrototypeOf(Bytes.prototype) as object
  const getterOf = (owner: object, name: PropertyKey) =>
    getOwnPropertyDescriptor(owner, name)?.get as () => unknown
  const kindOf = getterOf(typedArray, Symbol.toStringTag)
  const bufferOf = getterOf(typedArray, 'buffer')
  const offsetOf = getterOf(typedArray, 'byteOffset')
  const lengthOf = getterOf(typedArray, 'byteLength')
  const isDetached = getterOf(ArrayBuffer.prototype, 'detached')
  const isResizable = getterOf(ArrayBuffer.prototype, 'resizable')
  return {
    /** A real Uint8Array, whatever its prototype says. */
    isBytes: (value: unknown): value is Uint8Array => apply(kindOf, value, []) === 'Uint8Array',
    part: (bytes: Uint8Array, from: number, to: number): Uint8Array =>
      apply(subarray, bytes, [from, to]),
    textOf: (units: Uint8Array): string => apply(fromCharCode, String, units),
    /**
     * What a real typed array shows of its memory. Nothing of a proxy, and nothing where the memory is shared,
     * may grow or is gone: what it holds could be another thing a moment later.
     */
    viewed: (value: unknown): Uint8Array | undefined => {
      if (apply(kindOf, value, []) === undefined) return undefined
      const buffer = apply(bufferOf, value, []) as ArrayBuffer
      try {
        // Both throw for a buffer of another kind, as a shared one is.
        if (apply(isDetached, buffer, []) || apply(isResizable, buffer, [])) return undefined
      } catch {
        return undefined
      }
      const offset = apply(offsetOf, value, []) as number
      return new Bytes(buffer, offset, apply(lengthOf, value, []) as number)
    },
  }
}
