import { report } from './seam.ts'

const settled = Promise.resolve()

/** https://html.spec.whatwg.org/#dom-queuemicrotask; what the callback throws goes to the log of the call. */
export function queueMicrotask(callback: () => void): void {
  if (typeof callback !== 'function') throw new TypeError('queueMicrotask takes a function')
  void settled.then(() => {
    try {
      callback()
    } catch (error) {
      report('A microtask', error)
    }
  })
}
