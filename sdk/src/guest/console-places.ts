/**
 * `console` of a plugin that is being written: what it prints ends with the place it was called at, for
 * `signalbox dev` to show as file and line. It is linked by that command alone.
 */
type Method = 'debug' | 'error' | 'info' | 'log' | 'trace' | 'warn'

/** Before the place, at the end of a message: nobody prints it by chance. */
export const PLACE_MARK = '\u0001at '

// By a computed name, which is not taken for this module's own export.
const own = (globalThis as unknown as Record<string, Console>)['console'.toString()] as Console

const named =
  (method: Method) =>
  (...parts: unknown[]): void => {
    // Error, this function, and then who called it.
    const caller = new Error().stack?.split('\n')[2] ?? ''
    const place = /plugin\.js:\d+:\d+/.exec(caller)?.[0]
    own[method](...parts, ...(place === undefined ? [] : [PLACE_MARK + place]))
  }

export const console = {
  trace: named('trace'),
  debug: named('debug'),
  log: named('log'),
  info: named('info'),
  warn: named('warn'),
  error: named('error'),
}
