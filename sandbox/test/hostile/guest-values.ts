import { fc } from '../../../sdk/test/seeded-check.ts'

/** Texts of all that UTF-16 can hold: astral characters, lone surrogates, controls. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud800', 'a\udc00b', '\u0000', '\u2028\u2029', '"\\', '货', '😀', '\ufeff'),
)

const anyKey = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '0',
    '-1',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

const literal = (value: unknown): string => JSON.stringify(value)

/**
 * JavaScript expressions as text: whatever a guest may answer, ask with or log. What JSON makes of each is
 * found out by evaluating the same text elsewhere; so is whether it can be written as JSON at all.
 */
export const anyExpression: fc.Arbitrary<string> = fc
  .letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        'null',
        'undefined',
        'true',
        'NaN',
        '-0',
        '0',
        'Infinity',
        '-Infinity',
        '2 ** 53 + 2',
        '1e-324',
        '5e-324',
        '1e21',
        '-1.7976931348623157e308',
        'new Date(0)',
        'new Date(NaN)',
        'new Date(8.64e15)',
        'Symbol.iterator',
        '() => 1',
        'class {}',
        '/x/g',
        '[,]',
        '[, 1, , ]',
        'new Array(3)',
        'Object(1)',
        'Object("x")',
        'Object(false)',
        'new Map([[1, 2]])',
        'new Set([1])',
        'new Uint8Array(3)',
        'Object.create({ inherited: 1 })',
        'Object.create(null)',
        'Object.defineProperty({}, "hidden", { value: 1 })',
        '{ [Symbol("s")]: 1, a: 2 }',
        '1n',
        'Object(1n)',
        'new Proxy([1, 2], {})',
        'new Proxy({ a: 1 }, { get: () => 2, ownKeys: () => ["a"] })',
        '(() => { const a = []; a.push(a); return a })()',
        '{ toJSON() { throw new Error("x") } }',
        '{ get a() { throw new Error("x") } }',
        '{ toJSON: 1, a: 1 }',
        'Object.assign(() => 1, { toJSON: () => 2 })',
      ),
      fc.double().map((number) => (Object.is(number, -0) ? '-0' : `${number}`)),
      anyText.map(literal),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc
        .array(fc.tuple(anyKey, tie('value')), { maxLength: 3 })
        .map((entries) => `{ ${entries.map(([k, v]) => `[${literal(k)}]: ${v}`).join(', ')} }`),
      tie('value').map((value) => `{ get a() { return ${value} } }`),
      tie('value').map((value) => `{ toJSON: (key) => [key, ${value}] }`),
      tie('value').map(
        (value) => `new Proxy({ a: 0 }, { get: (_, key) => key === 'a' ? ${value} : undefined })`,
      ),
    ),
  }))
  .value.map((text) => `(${text})`)
