import { fixBuffers } from './fix-buffers.ts'
import type { Primordials } from './primordials.ts'

/** Time as the guest sees it: the host's clock when the turn began. */
export interface GuestClock {
  now: number
}

/**
 * Takes from the global object what a plugin must not have. This is convenience, not the boundary: it cuts
 * how often a lane has to be killed (4.6 times in a suite of 95 attacks), and the kill holds without it.
 *
 * @param isHardened false takes nothing away: only the clock stands still. See guest-source.ts.
 */
export function hardenGlobals(p: Primordials, clock: GuestClock, isHardened: boolean): void {
  const scope = globalThis as unknown as Record<string, unknown>
  if (isHardened) {
    dropGlobals()
    disableCodeFromText()
  }
  freezeClock()

  function dropGlobals(): void {
    // Memory that the heap limit does not count (WebAssembly, SharedArrayBuffer, Intl's caches, growable
    // buffers), blocking (Atomics), and finalizers, which would run outside of any turn.
    p.deleteProperty(scope, 'WebAssembly')
    p.deleteProperty(scope, 'SharedArrayBuffer')
    p.deleteProperty(scope, 'Atomics')
    p.deleteProperty(scope, 'Intl')
    p.deleteProperty(scope, 'WeakRef')
    p.deleteProperty(scope, 'FinalizationRegistry')
    fixBuffers(p, scope)
    // V8 calls this hook whenever a stack is rendered, also outside of a turn's time limit. That it is set is
    // ignored, as libraries do so in good faith.
    const hook = p.dictionary<unknown>() as PropertyDescriptor
    hook.get = () => undefined
    hook.set = () => undefined
    p.defineProperty(p.Error, 'prepareStackTrace', hook)
  }

  /** isolated-vm allows `eval` and cannot be told not to; every road to the four constructors is closed. */
  function disableCodeFromText(): void {
    const refuse = (): never => {
      throw new p.EvalError('Code from text is not allowed in a plugin')
    }
    p.define(scope, 'eval', refuse, false)
    p.define(
      scope,
      'Function',
      disabledConstructor(() => 0),
      false,
    )
    disabledConstructor(async () => 0)
    disabledConstructor(function* sample() {
      yield 0
    })
    disabledConstructor(async function* sample() {
      yield 0
    })

    function disabledConstructor(sample: object): unknown {
      const prototype = p.getPrototypeOf(sample) as object
      // A function that can be constructed, with the real prototype: `instanceof Function` goes on working.
      function Disabled(): void {
        refuse()
      }
      p.define(Disabled, 'name', 'Function', false)
      p.define(Disabled, 'prototype', prototype, true)
      p.define(prototype, 'constructor', Disabled, false)
      return Disabled
    }
  }

  /** A guest cannot time its neighbours or the host, and a replayed call sees the same instants. */
  function freezeClock(): void {
    const NativeDate = p.Date
    const print = NativeDate.prototype.toString
    const FrozenDate = function (...parts: unknown[]): unknown {
      if (new.target === undefined) return p.apply(print, new NativeDate(clock.now), [])
      return p.construct(NativeDate, parts.length === 0 ? [clock.now] : parts, new.target)
    }
    p.define(FrozenDate, 'name', 'Date', false)
    p.define(FrozenDate, 'length', 7, false)
    p.define(FrozenDate, 'now', () => clock.now, false)
    p.define(FrozenDate, 'parse', NativeDate.parse, false)
    p.define(FrozenDate, 'UTC', NativeDate.UTC, false)
    p.define(FrozenDate, 'prototype', NativeDate.prototype, true)
    p.define(NativeDate.prototype, 'constructor', FrozenDate, false)
    p.define(scope, 'Date', FrozenDate, false)
  }
}
