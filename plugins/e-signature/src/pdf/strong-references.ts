/**
 * LibPDF keeps the names of PDF objects in a table by WeakRef, which a guest does not have, since no limit counts what
 * it does. Here a reference is a strong one: the table lives as long as the isolate, and counts towards its heap.
 * Imported before LibPDF wherever that is.
 */
class StrongReference {
  readonly #target: unknown

  constructor(target: unknown) {
    this.#target = target
  }

  deref(): unknown {
    return this.#target
  }
}

class NoRegistry {
  register(): void {
    // What is held strongly never goes.
  }
}

for (const [name, value] of [
  ['WeakRef', StrongReference],
  ['FinalizationRegistry', NoRegistry],
] as const) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true })
}
