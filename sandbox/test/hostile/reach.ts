/**
 * Source of a handler that walks everything a guest can get hold of, and lists what it should not have found:
 * an object of another realm or of isolated-vm, a word of Node's, a text of the host. A walk goes through own
 * properties of every kind, prototypes, getters (the functions, and what they give) and what calls bring back.
 */
export const reachSource = `async (input, ctx) => {
  const found = []
  const note = (what, path) => { if (found.length < 20) found.push(what + ' at ' + path) }
  const hostText = /node:|isolated.?vm|file:|\\/(?:work|home|root|usr|tmp|opt|var|etc)\\/|hunter2|other-tenant/
  const hostKeys = new Set(['process', 'require', 'mainModule', 'binding', '_load', 'Buffer', '__dirname', '__filename',
    'applySync', 'applyIgnored', 'applySyncPromise', 'derefInto', 'copySync', 'getSync', 'setSync', 'createContextSync',
    'compileScriptSync', 'release', 'unboundCallback', 'isolate', 'lib'])
  const seen = new Set()
  const todo = []
  const add = (value, path) => {
    if (typeof value === 'string') { if (hostText.test(value)) note('text ' + value.slice(0, 80), path); return }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
    seen.add(value)
    todo.push([value, path])
  }
  const visit = (value, path) => {
    let root = value
    for (let next = root; next !== null; next = Reflect.getPrototypeOf(next)) root = next
    if (root !== Object.prototype && Reflect.getPrototypeOf(root) !== null) note('foreign prototype', path)
    if (root !== Object.prototype && root !== value) note('prototype of another realm', path)
    const tag = Object.prototype.toString.call(value) + ' ' + (value.constructor && value.constructor.name)
    if (/\\b(?:Reference|ExternalCopy|Isolate|Context|Callback|NativeModule|Script)\\b/.test(tag)) note(tag, path)
    if (typeof value === 'function') add(Function.prototype.toString.call(value), path + '.toString()')
    for (const key of Reflect.ownKeys(value)) {
      const name = String(key)
      if (hostKeys.has(name)) note('key ' + name, path)
      const { value: next, get, set } = Reflect.getOwnPropertyDescriptor(value, key)
      add(next, path + '.' + name)
      add(get, path + '.get ' + name)
      add(set, path + '.set ' + name)
      if (get !== undefined) { try { add(Reflect.get(value, key), path + '.' + name) } catch (error) { add(error, path + '.' + name + ' threw') } }
    }
    add(Reflect.getPrototypeOf(value), path + '.__proto__')
  }

  add(globalThis, 'globalThis')
  add(ctx, 'ctx'); add(input, 'input')
  for (const key of ['tenant', 'config', 'principal', 'db', 'services', 'jobs', 'log', 'arm', 'traceId']) add(ctx[key], 'ctx.' + key)
  add((function () { return arguments })(), 'arguments')
  add((function () { 'use strict'; return arguments })(), 'strict arguments')
  const iterators = { array: [][Symbol.iterator](), text: ''[Symbol.iterator](), map: new Map().entries(),
    set: new Set().values(), match: 'a'.matchAll(/a/g), generator: (function* () {})(), asyncGenerator: (async function* () {})(),
    regexp: /a/.exec('a'), tagged: ((parts) => parts)\`a\`, bound: (() => 1).bind(null), proxy: new Proxy({}, {}) }
  for (const [name, value] of Object.entries(iterators)) add(value, name)
  const errors = []
  const attempt = async (name, run) => { try { add(await run(), name) } catch (error) { errors.push(error); add(error, name + ' threw') } }
  const asked = ctx.db.query('ok')
  add(asked, 'promise of a host call')
  await attempt('answer', () => asked)
  await attempt('failed', () => ctx.db.query('fail'))
  await attempt('refused', () => ctx.services.call('x', 'y'))
  await attempt('too much', () => ctx.db.query('x'.repeat(1 << 19)))
  await attempt('not JSON', () => ctx.db.query(1n))
  await attempt('import', () => import('node:fs'))
  await attempt('stack', () => (function f() { f() })())
  await attempt('parse', () => JSON.parse('{'))
  await attempt('eval', () => (0, eval)('this'))
  await attempt('function', () => (() => 1).constructor('return this')())
  for (const error of errors) for (const key of ['message', 'stack', 'code', 'cause', 'name']) { try { add(error[key], 'error.' + key) } catch {} }
  try { Error.prepareStackTrace = (error, sites) => { try { return sites } catch {} } } catch {}
  const sites = new Error('x').stack
  add(sites, 'call sites')
  if (Array.isArray(sites)) for (const site of sites) for (const read of ['getThis', 'getFunction', 'getFileName', 'getEvalOrigin', 'getScriptNameOrSourceURL', 'getTypeName']) { try { add(site[read](), 'site.' + read) } catch {} }
  try { delete Error.prepareStackTrace } catch {}
  // The plugin's own code names what it looks for.
  const { run } = globalThis.__signalbox_plugin.default.services['test.service']
  const own = new Set([globalThis.__signalbox_plugin, run])
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) if (!own.has(next[0])) visit(next[0], next[1])
  return { found, walked: seen.size }
}`
