/**
 * tap adds its own loader to every child process, by NODE_OPTIONS, behind the back of `env: {}`. A process
 * under Node's permission model cannot even load it. Imported first by tests that start real processes, this
 * takes tap's hands off, so that they start as they do in production.
 */
const spawnHooks = Reflect.get(globalThis, Symbol.for('process-on-spawn@*:singletonId')) as
  | { readonly listeners: unknown[] }
  | undefined

if (spawnHooks !== undefined) spawnHooks.listeners.length = 0
