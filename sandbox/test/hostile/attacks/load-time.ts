import { type Attack, ends } from '../attack.ts'

const { ok, timeout, load, loadTimeout, loadMemory, missing } = ends

const plugin = (before: string): string =>
  `${before};\nvar __signalbox_plugin = { default: { services: { 'test.service': { run: () => 1 } } } };`

/** What runs, or is compiled, before any handler: at the top level of the bundle. */
export const loadTime: readonly Attack[] = [
  {
    name: 'bundle that loops',
    bundle: plugin('for (;;);'),
    ends: [loadTimeout],
  },
  {
    name: 'bundle that fills the heap',
    bundle: plugin('const m = new Map(); for (let i = 0; ; i++) m.set(i, i)'),
    ends: [loadMemory, loadTimeout],
  },
  {
    name: 'bundle that fills memory outside of the heap',
    bundle: plugin(
      'const n = 2 ** 31 - 8; new Uint8Array(new ArrayBuffer(n, { maxByteLength: n })).fill(1)',
    ),
    ends: [loadMemory, load],
  },
  {
    name: 'bundle stuck in a built-in',
    bundle: plugin('"x".repeat(1 << 24).lastIndexOf("x".repeat(1 << 23) + "y")'),
    ends: [load],
    openEnds: [loadTimeout],
  },
  {
    name: 'bundle whose microtask loops',
    bundle: plugin('Promise.resolve().then(() => { for (;;); })'),
    ends: [loadTimeout],
  },
  {
    name: 'bundle that throws a value whose message loops',
    bundle: plugin('throw { get message() { for (;;); } }'),
    ends: [loadTimeout],
  },
  {
    name: 'bundle that throws an error whose message loops',
    bundle: plugin(
      'const e = new Error("x"); Object.defineProperty(e, "message", { get() { for (;;); } }); throw e',
    ),
    ends: [loadTimeout],
  },
  {
    name: 'bundle that throws a proxy',
    bundle: plugin(
      'throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); }, getOwnPropertyDescriptor() { for (;;); } })',
    ),
    ends: [loadTimeout],
  },
  {
    name: 'bundle of literals, two megabytes',
    bundle: plugin(`const a = [${'[0,{a:1}],'.repeat(2e5)}0]`),
    ends: [ok, loadTimeout, loadMemory],
    answer: '1',
  },
  {
    name: 'bundle of brackets half a million deep',
    bundle: plugin(`const a = ${'['.repeat(5e5)}${']'.repeat(5e5)}`),
    ends: [load],
  },
  {
    name: 'bundle of an expression of a million terms',
    bundle: plugin(`const a = 1${'+1'.repeat(1e6)}`),
    ends: [ok],
    answer: '1',
  },
  {
    name: 'bundle of three thousand functions called at once',
    bundle: plugin(
      `(function(){return ${'(function(){return '.repeat(3000)}1${'})()'.repeat(3000)}})()`,
    ),
    ends: [load],
  },
  {
    name: 'bundle that ends in an open comment',
    bundle: `${plugin('')} /*`,
    ends: [load],
  },
  { name: 'bundle that is no script', bundle: plugin('import fs from "node:fs"'), ends: [load] },
  { name: 'bundle without a plugin', bundle: '1', ends: [load], isSample: true },
  {
    name: 'default export that throws when it is read',
    bundle: 'var __signalbox_plugin = { get default() { throw new Error("x") } }',
    ends: [load],
    isSample: true,
  },
  {
    name: 'default export that loops when it is read',
    bundle: 'var __signalbox_plugin = { get default() { for (;;); } }',
    ends: [loadTimeout],
  },
  {
    name: 'exports that are a proxy whose every trap loops',
    bundle:
      'var __signalbox_plugin = new Proxy({}, { get() { for (;;); }, has() { for (;;); }, getOwnPropertyDescriptor() { for (;;); } })',
    ends: [loadTimeout],
  },
  {
    name: 'services that loop when they are read',
    bundle: 'var __signalbox_plugin = { default: { get services() { for (;;); } } }',
    ends: [timeout],
  },
  {
    name: 'handler that another one stands for when it is looked for',
    bundle:
      'var __signalbox_plugin = { default: { services: new Proxy({}, { getOwnPropertyDescriptor: () => undefined, get: () => ({ run: () => 1 }) }) } }',
    ends: [missing],
  },
  {
    name: 'handler that is inherited, not owned',
    bundle:
      'var __signalbox_plugin = { default: { services: Object.create({ "test.service": { run: () => 1 } }) } }',
    ends: [missing],
  },
  {
    name: 'global object that nobody can write to any more',
    bundle: plugin('Object.freeze(globalThis)').replace('var __', 'globalThis.__'),
    ends: [load],
  },
  {
    name: 'global object with a prototype that loops',
    bundle: plugin(
      'Object.setPrototypeOf(globalThis, new Proxy({}, { get() { for (;;); }, has() { for (;;); } }))',
    ),
    ends: [ok],
    answer: '1',
  },
]
