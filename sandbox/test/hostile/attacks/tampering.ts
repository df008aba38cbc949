import { type Attack, ends, long } from '../attack.ts'

const { ok, timeout, threw, notJson } = ends

/** What a tampered built-in must not change: that this call, and the next in the same isolate, are answered. */
const survives = (name: string, tamper: string, extra: Partial<Attack> = {}): Attack => ({
  name,
  run: `(input) => { if (input === "warm") { ${tamper} } return 7 }`,
  ends: [ok],
  answer: '7',
  warmUps: 1,
  limits: long,
  ...extra,
})

/** Built-ins and prototypes changed under the feet of the code that runs the plugin. */
export const tampering: readonly Attack[] = [
  survives('JSON replaced', 'JSON.stringify = JSON.parse = () => { for (;;); }', {
    isSample: true,
  }),
  survives(
    'iterators of arrays replaced',
    'Array.prototype[Symbol.iterator] = () => { for (;;); }; Object.getPrototypeOf([][Symbol.iterator]?.call?.([]) ?? {}).next = () => { for (;;); }',
  ),
  survives(
    'methods of promises replaced',
    'Promise.prototype.then = Promise.prototype.catch = Promise.resolve = () => { for (;;); }',
  ),
  survives('the constructor of promises gone', 'delete globalThis.Promise; globalThis.Promise = 1'),
  survives(
    'methods of texts replaced',
    'for (const key of ["slice", "indexOf", "split", "charCodeAt", "toString", "valueOf"]) String.prototype[key] = () => { for (;;); }',
  ),
  survives(
    'call, apply and bind replaced',
    'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { for (;;); }',
    { isSample: true },
  ),
  survives(
    'Reflect and Object emptied',
    'for (const scope of [Reflect, Object]) for (const key of Reflect.ownKeys(scope)) { try { scope[key] = () => { for (;;); } } catch {} }',
  ),
  survives(
    'methods of weak maps replaced',
    'WeakMap.prototype.get = WeakMap.prototype.set = () => { for (;;); }',
  ),
  survives(
    'setters on the prototype of all objects',
    'for (const key of ["0", "1", "isOver", "resolve", "code", "id", "kind"]) Object.defineProperty(Object.prototype, key, { set() { for (;;); }, get() { for (;;); }, configurable: true })',
    { isSample: true },
  ),
  survives(
    'words of descriptors on the prototype of all objects',
    'for (const key of ["get", "set", "value", "writable", "enumerable", "configurable"]) Object.prototype[key] = key',
  ),
  survives(
    'the prototype of all objects frozen',
    'Object.freeze(Object.prototype); Object.freeze(Array.prototype)',
  ),
  survives(
    'globals deleted',
    'for (const key of Reflect.ownKeys(globalThis)) delete globalThis[key]',
  ),
  survives(
    'the plugin replaced after it was read',
    'globalThis.__signalbox_plugin = { default: { services: { "test.service": { run: () => 8 } } } }',
  ),
  {
    name: 'the context of later calls tampered with',
    run: '(input, ctx) => { if (input === "warm") Object.defineProperty(Object.getPrototypeOf(ctx), "tenant", { get: () => "other" }); return 7 }',
    ends: [ok],
    answer: '7',
    warmUps: 1,
    limits: long,
  },
  {
    name: 'then on the prototype of all objects',
    run: '() => { Object.prototype.then = () => { for (;;); }; return {} }',
    ends: [timeout],
  },
  {
    name: 'toJSON on the prototype of all objects',
    run: '() => { Object.prototype.toJSON = () => { for (;;); }; return {} }',
    ends: [timeout],
  },
  {
    name: 'toJSON of BigInt',
    run: '() => { BigInt.prototype.toJSON = function () { throw 1 }; return 1n }',
    ends: [notJson],
    limits: long,
  },
  {
    name: 'toJSON of all arrays that throws while an error is told',
    run: '() => { Array.prototype.toJSON = () => { throw 1 }; throw new Error("x") }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'toJSON of all arrays that never comes to an end',
    run: '(_, ctx) => { Array.prototype.toJSON = () => [[]]; ctx.log.info("x"); return 1 }',
    ends: [ok, threw],
    limits: long,
  },
  {
    name: 'name and code on the prototype of all errors',
    run: '() => { Error.prototype.name = "Refusal"; Error.prototype.code = "SBX_BUSY"; throw new Error("x") }',
    ends: [threw],
    limits: long,
  },
  {
    name: 'species of arrays',
    run: '() => { const a = [1]; a.constructor = { [Symbol.species]: function () { for (;;); } }; return a.map((x) => x) }',
    ends: [timeout],
  },
]
