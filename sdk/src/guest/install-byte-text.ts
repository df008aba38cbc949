import { byteMethods } from './byte-text.ts'

/** Linked where a bundle says the name of one of these methods: a method cannot be linked as a variable can. */
for (const [name, value] of Object.entries(byteMethods)) {
  if (Object.hasOwn(Uint8Array.prototype, name)) continue
  Object.defineProperty(Uint8Array.prototype, name, { value, writable: true, configurable: true })
}
