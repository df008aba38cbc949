import type { Primordials } from './primordials.ts'

/** A buffer that may grow has its room from the start, and no limit counts it: here all have one size for good. */
export function fixBuffers(p: Primordials, scope: object): void {
  const NativeBuffer = ArrayBuffer
  p.deleteProperty(NativeBuffer.prototype, 'resize')
  const FixedBuffer = function (length: unknown, options: unknown): unknown {
    if (new.target === undefined) throw new p.TypeError("Constructor ArrayBuffer requires 'new'")
    if (options !== undefined) throw new p.RangeError('A buffer of a plugin cannot be resized')
    return p.construct(NativeBuffer, [length], new.target)
  }
  p.define(FixedBuffer, 'name', 'ArrayBuffer', false)
  p.define(FixedBuffer, 'length', 1, false)
  p.define(FixedBuffer, 'isView', NativeBuffer.isView, false)
  p.define(FixedBuffer, 'prototype', NativeBuffer.prototype, true)
  p.define(NativeBuffer.prototype, 'constructor', FixedBuffer, false)
  p.define(scope, 'ArrayBuffer', FixedBuffer, false)
}
