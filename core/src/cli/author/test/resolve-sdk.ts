import { registerHooks } from 'node:module'

/**
 * Preloaded into an author's tests: a folder that has not installed the SDK yet is given the one of the command line,
 * which is also the one that packs it.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (!/^@signalbox\/sdk(\/|$)/.test(specifier)) return next(specifier, context)
    try {
      return next(specifier, context)
    } catch {
      return next(specifier, { ...context, parentURL: import.meta.url })
    }
  },
})
