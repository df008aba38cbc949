/**
 * The web standards a bundle may use by name, and the file of `sdk/src/guest` each comes from. esbuild links
 * one where a free variable of that name is read, and `globalThis.name` too; a bundle that uses none has not a
 * byte of them. docs/guest-world.md lists them, and a test keeps the two equal.
 */
export const guestGlobals = {
  AbortController: 'abort.ts',
  AbortSignal: 'abort.ts',
  DOMException: 'dom-exception.ts',
  Event: 'event-target.ts',
  EventTarget: 'event-target.ts',
  Headers: 'headers.ts',
  Request: 'request.ts',
  Response: 'response.ts',
  TextDecoder: 'text-decoder.ts',
  TextEncoder: 'text-encoder.ts',
  URL: 'url.ts',
  URLSearchParams: 'url-search-params.ts',
  atob: 'base64.ts',
  btoa: 'base64.ts',
  clearInterval: 'timers.ts',
  clearTimeout: 'timers.ts',
  crypto: 'crypto.ts',
  fetch: 'fetch.ts',
  queueMicrotask: 'queue-microtask.ts',
  setInterval: 'timers.ts',
  setTimeout: 'timers.ts',
  structuredClone: 'structured-clone.ts',
} as const satisfies Readonly<Record<string, string>>

/** Functions of Uint8Array that ECMAScript 2026 has and this V8 lacks. */
export const byteFunctions = ['fromBase64', 'fromHex'] as const
/** Its methods: nothing but their name tells who uses them, and they are put on the prototype. */
export const byteMethods = ['toBase64', 'toHex', 'setFromBase64', 'setFromHex'] as const

export const globalsInject = 'signalbox-guest-globals'
export const byteMethodsInject = 'signalbox-byte-methods'
/** `console` that says where it was called: for `signalbox dev`, never in what is published. */
export const placesInject = 'signalbox-console-places'

export function usesByteMethods(code: string): boolean {
  return new RegExp(`\\.(${byteMethods.join('|')})\\b`).test(code)
}

/** The source behind `globalsInject`: one export for each name, and for each way to say it. */
export function injectedModule(): string {
  const lines = Object.entries(guestGlobals).map(
    ([name, file]) => `export { ${name}, ${name} as "globalThis.${name}" } from './guest/${file}'`,
  )
  for (const name of byteFunctions) {
    const full = `Uint8Array.${name}`
    lines.push(
      `export { ${name} as "${full}", ${name} as "globalThis.${full}" } from './guest/byte-text.ts'`,
    )
  }
  return lines.join('\n')
}
