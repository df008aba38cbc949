import {
  bThenC,
  cat,
  closed,
  dog,
  fish,
  inA,
  line,
  lines,
  number,
  open,
  pair,
  type SchemaPair,
  stricter,
  text,
  whole,
} from './pair-words.ts'

/** Schemas made of others, and what stands in other places. */
export const composedPairs: readonly SchemaPair[] = [
  pair(
    'one alternative more',
    { anyOf: [cat, dog] },
    { anyOf: [cat, dog, fish] },
    { input: 'additive', output: 'breaking' },
  ),
  pair(
    'one alternative less',
    { anyOf: [cat, dog, fish] },
    { anyOf: [cat, dog] },
    { input: 'breaking', output: 'additive' },
  ),
  pair(
    'one of oneOf more, told apart by a field',
    { oneOf: [cat, dog] },
    { oneOf: [cat, dog, fish] },
    { input: 'additive', output: 'breaking' },
  ),
  pair(
    'one of oneOf less, told apart by a field',
    { oneOf: [cat, dog, fish] },
    { oneOf: [cat, dog] },
    { input: 'breaking', output: 'additive' },
  ),
  pair(
    'a field more in an alternative',
    { oneOf: [cat, dog] },
    { oneOf: [closed({ ...cat.properties, name: text }, 'kind', 'lives'), dog] },
    { input: 'additive', output: 'additive' },
  ),
  pair(
    'an alternative that overlaps',
    { oneOf: [text, whole] },
    { oneOf: [text, whole, number] },
    { input: 'breaking' },
  ),
  pair(
    'anyOf for oneOf that cannot both be',
    { oneOf: [text, whole] },
    { anyOf: [text, whole] },
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'a type of two for anyOf',
    inA({ anyOf: [text, { type: 'null' }] }),
    inA({ type: ['string', 'null'] }),
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'anyOf in another order',
    { anyOf: [cat, dog] },
    { anyOf: [dog, cat] },
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'allOf written out',
    { allOf: [open({ a: text }), open({ b: text }, 'b')] },
    open({ a: text, b: text }, 'b'),
    { input: 'docs', output: 'docs' },
  ),
  ...stricter('one more part of allOf', { allOf: [text] }, { allOf: [text, { minLength: 2 }] }),
  ...stricter('not', text, { ...text, not: { const: 'x' } }),
  ...stricter('if and then', closed({ b: text, c: text }), {
    ...closed({ b: text, c: text }),
    ...bThenC,
  }),
  pair(
    'a condition that stays, with a field more',
    { ...closed({ b: text, c: text }), ...bThenC },
    {
      ...closed({ b: text, c: text, d: text }),
      ...bThenC,
    },
    { input: 'additive', output: 'additive' },
  ),

  pair(
    'a definition written out',
    { ...line(), ...lines },
    { type: 'array', items: closed({ sku: text }, 'sku') },
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'a definition with another name',
    { ...line(), ...lines },
    { $defs: { row: closed({ sku: text }, 'sku') }, type: 'array', items: { $ref: '#/$defs/row' } },
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'a field more behind a reference',
    { ...line(), ...lines },
    { ...line({ n: whole }), ...lines },
    { input: 'additive', output: 'additive' },
  ),
  pair(
    'a field gone behind a reference',
    { ...line({ n: whole }), ...lines },
    { ...line(), ...lines },
    { input: 'breaking', output: 'breaking' },
  ),
  pair(
    'a definition that nothing uses',
    { ...line(), type: 'object' },
    { type: 'object' },
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'a word beside a reference',
    { ...line(), ...lines },
    { ...line(), type: 'array', items: { $ref: '#/$defs/line', maxProperties: 1 } },
    { input: 'docs', output: 'docs' },
  ),

  pair('another default', inA({ ...whole, default: 1 }), inA({ ...whole, default: 2 }), {
    input: 'breaking',
    output: 'docs',
  }),
  pair('no default any more', inA({ ...whole, default: 1 }), inA(whole), {
    input: 'breaking',
    output: 'docs',
  }),
  pair('a default that was not written', inA(whole), inA({ ...whole, default: 1 }), {
    input: 'docs',
    output: 'docs',
  }),
  pair(
    'a field that is forbidden by word',
    open({ a: text, b: text }),
    open({ a: text, b: false }),
    { input: 'breaking', output: 'breaking' },
  ),
  pair(
    'a name of a prototype',
    open({ __proto__x: text, constructor: text }),
    open({ __proto__x: text, constructor: whole }),
    { input: 'breaking', output: 'breaking' },
  ),
  pair('nothing fits any more', text, false, { input: 'breaking' }),
]
