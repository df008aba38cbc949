import {
  closed,
  inA,
  lines,
  number,
  open,
  other,
  pair,
  type SchemaPair,
  stricter,
  text,
  whole,
} from './pair-words.ts'

/** What authors do, and what they overlook. */
export const schemaPairs: readonly SchemaPair[] = [
  pair('nothing', inA(text), inA(text), { input: 'same', output: 'same' }),
  pair(
    'the order of names',
    closed({ a: text, b: text }, 'a', 'b'),
    closed({ b: text, a: text }, 'b', 'a'),
    { input: 'docs', output: 'docs' },
  ),
  pair('a description', inA(text), inA({ ...text, description: 'A name.' }), {
    input: 'docs',
    output: 'docs',
  }),
  pair(
    'a title and examples',
    open({ a: text }),
    { ...open({ a: text }), title: 'T', examples: [{ a: 'x' }] },
    { input: 'docs', output: 'docs' },
  ),
  pair('a mark as sensitive', inA(text), inA({ ...text, sensitive: true }), {
    input: 'docs',
    output: 'docs',
  }),
  pair('a mark as deprecated', inA(text), inA({ ...text, deprecated: true }), {
    input: 'docs',
    output: 'docs',
  }),

  pair('an optional field of a closed object', closed({ a: text }), closed({ a: text, b: whole }), {
    input: 'additive',
    output: 'additive',
  }),
  pair('an optional field of an open object', open({ a: text }), open({ a: text, b: whole }), {
    input: 'additive',
    output: 'additive',
  }),
  pair('a required field', closed({ a: text }), closed({ a: text, b: whole }, 'b'), {
    input: 'breaking',
    output: 'additive',
  }),
  pair('a field that is gone', closed({ a: text, b: whole }), closed({ a: text }), {
    input: 'breaking',
    output: 'breaking',
  }),
  pair('a field that is gone from an open object', open({ a: text, b: whole }), open({ a: text }), {
    input: 'breaking',
    output: 'breaking',
  }),
  pair('a field with another name', closed({ a: text }, 'a'), closed({ b: text }, 'b'), {
    input: 'breaking',
    output: 'breaking',
  }),
  pair('a field that must be there now', closed({ a: text }), closed({ a: text }, 'a'), {
    input: 'breaking',
    output: 'additive',
  }),
  pair('a field that may be missing now', closed({ a: text }, 'a'), closed({ a: text }), {
    input: 'additive',
    output: 'breaking',
  }),
  pair('an open object closed', open({ a: text }), closed({ a: text }), {
    input: 'breaking',
    output: 'additive',
  }),
  pair('a closed object opened', closed({ a: text }), open({ a: text }), { input: 'additive' }),
  pair(
    'a typed field under names that were open by word',
    { ...open({ a: text }), additionalProperties: true },
    open({ a: text, b: whole }),
    { input: 'breaking' },
  ),
  pair('a field of a nested object', inA(closed({ b: text })), inA(closed({ b: text, c: text })), {
    input: 'additive',
    output: 'additive',
  }),
  pair(
    'a field gone from a nested object',
    inA(closed({ b: text, c: text })),
    inA(closed({ b: text })),
    { input: 'breaking', output: 'breaking' },
  ),
  pair(
    'a field gone from items',
    { type: 'array', items: closed({ b: text, c: text }) },
    { type: 'array', items: closed({ b: text }) },
    { input: 'breaking', output: 'breaking' },
  ),

  ...stricter('type and null', { type: ['string', 'null'] }, text),
  ...stricter('nullable, the word of OpenAPI 3.0', { type: 'string', nullable: true }, text),
  ...stricter('number and integer', number, whole),
  ...stricter('a type of two', { type: ['string', 'number'] }, number),
  ...stricter('no schema at all', true, text),
  ...other('another type', text, whole),
  ...other('an object for a list', lines.items, { type: 'array', items: text }).map((one) => ({
    ...one,
    old: inA(open({})),
    now: inA({ type: 'array' }),
  })),

  ...stricter('members of an enum', { enum: ['x', 'y', 'z'] }, { enum: ['x', 'y'] }),
  ...stricter('any text and an enum', text, { type: 'string', enum: ['x'] }),
  ...stricter('enum and const', { enum: ['x', 'y'] }, { const: 'x' }),
  ...stricter('enum with null', { enum: ['x', null] }, { enum: ['x'] }),
  ...other('another const', { const: 'x' }, { const: 'y' }),
  ...other('members replaced', { enum: ['x', 'y'] }, { enum: ['x', 'z'] }),
  pair('an enum of one for a const', inA({ enum: ['x'] }), inA({ const: 'x' }), {
    input: 'docs',
    output: 'docs',
  }),
  pair('members in another order', inA({ enum: ['x', 'y'] }), inA({ enum: ['y', 'x'] }), {
    input: 'docs',
    output: 'docs',
  }),

  ...stricter('minimum', { ...number, minimum: 0 }, { ...number, minimum: 1 }),
  ...stricter('maximum', { ...number, maximum: 10 }, { ...number, maximum: 9 }),
  ...stricter(
    'an exclusive minimum',
    { ...number, minimum: 0 },
    { ...number, exclusiveMinimum: 0 },
  ),
  ...stricter('an exclusive maximum', number, { ...number, exclusiveMaximum: 0 }),
  ...stricter('multipleOf', { ...whole, multipleOf: 5 }, { ...whole, multipleOf: 10 }),
  ...other('multiples that share few', { ...whole, multipleOf: 2 }, { ...whole, multipleOf: 3 }),
  pair(
    'one bound of whole numbers in two ways',
    inA({ ...whole, exclusiveMinimum: 0 }),
    inA({ ...whole, minimum: 1 }),
    { input: 'docs', output: 'docs' },
  ),
  pair('whole numbers in two ways', inA(whole), inA({ ...number, multipleOf: 1 }), {
    input: 'docs',
    output: 'docs',
  }),

  ...stricter('minLength', text, { ...text, minLength: 1 }),
  ...stricter('maxLength', { ...text, maxLength: 20 }, { ...text, maxLength: 10 }),
  ...stricter('a pattern', text, { ...text, pattern: '^[a-z]+$' }),
  ...other(
    'another pattern',
    { ...text, pattern: '^[a-z]+$' },
    { ...text, pattern: '^[a-z0-9]+$' },
  ),
  ...stricter('a format', text, { ...text, format: 'date' }),
  ...other('another format', { ...text, format: 'date' }, { ...text, format: 'date-time' }),
  ...other(
    'another encoding',
    { ...text, contentEncoding: 'base64' },
    { ...text, contentEncoding: 'base64url' },
  ),

  ...stricter('minItems', { type: 'array' }, { type: 'array', minItems: 1 }),
  ...stricter('maxItems', { type: 'array', maxItems: 5 }, { type: 'array', maxItems: 4 }),
  ...stricter(
    'uniqueItems',
    { type: 'array', maxItems: 5 },
    { type: 'array', maxItems: 5, uniqueItems: true },
  ),
  ...stricter('items', { type: 'array', items: number }, { type: 'array', items: whole }),
  ...stricter('items that had no schema', { type: 'array' }, { type: 'array', items: text }),
  ...stricter(
    'a first item',
    { type: 'array', prefixItems: [number], items: false },
    { type: 'array', prefixItems: [whole], items: false },
  ),
  ...stricter(
    'items beyond the first',
    { type: 'array', prefixItems: [text] },
    { type: 'array', prefixItems: [text], items: false },
  ),
  ...stricter(
    'contains',
    { type: 'array', items: number },
    { type: 'array', items: number, contains: { const: 1 } },
  ),
  pair(
    'unevaluatedItems for items',
    inA({ type: 'array', prefixItems: [text], items: false }),
    inA({ type: 'array', prefixItems: [text], unevaluatedItems: false }),
    { input: 'docs', output: 'docs' },
  ),

  ...stricter('minProperties', open({}), { ...open({}), minProperties: 1 }),
  ...stricter(
    'maxProperties',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: number, maxProperties: 3 },
  ),
  ...stricter(
    'values of a map',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: whole },
  ),
  ...stricter(
    'names of a map',
    { type: 'object', additionalProperties: number },
    { type: 'object', additionalProperties: number, propertyNames: { pattern: '^[a-z]+$' } },
  ),
  ...stricter(
    'values under a pattern',
    { type: 'object', patternProperties: { '^x-': text }, additionalProperties: false },
    { type: 'object', patternProperties: { '^x-': { const: 'y' } }, additionalProperties: false },
  ),
  pair(
    'a field beside a map of numbers',
    { type: 'object', additionalProperties: number },
    { type: 'object', properties: { note: text }, additionalProperties: number },
    { input: 'breaking', output: 'breaking' },
  ),
  pair(
    'a pattern whose fields are declared',
    { type: 'object', patternProperties: { '^x-': text }, additionalProperties: false },
    {
      type: 'object',
      properties: { 'x-a': text },
      patternProperties: { '^x-': text },
      additionalProperties: false,
    },
    { input: 'docs', output: 'docs' },
  ),
  ...stricter('dependentRequired', closed({ b: text, c: text }), {
    ...closed({ b: text, c: text }),
    dependentRequired: { b: ['c'] },
  }),
  ...stricter('dependentSchemas', closed({ b: text, c: text }), {
    ...closed({ b: text, c: text }),
    dependentSchemas: { b: { required: ['c'] } },
  }),
  ...stricter('dependencies, the old word', closed({ b: text, c: text }), {
    ...closed({ b: text, c: text }),
    dependencies: { b: ['c'] },
  }),
  pair(
    'unevaluatedProperties for additionalProperties',
    closed({ a: text }),
    { ...open({ a: text }), unevaluatedProperties: false },
    { input: 'docs', output: 'docs' },
  ),
  pair(
    'a part of allOf that closes with it',
    { allOf: [open({ a: text }), open({ b: text })], unevaluatedProperties: false },
    closed({ a: text, b: text }),
    { input: 'docs' },
  ),
  pair(
    'unevaluatedProperties beside alternatives, with one more field',
    { type: 'object', anyOf: [open({ a: text }), open({ b: text })], unevaluatedProperties: false },
    { type: 'object', anyOf: [open({ a: text }), open({ c: text })], unevaluatedProperties: false },
    { input: 'breaking', output: 'breaking' },
  ),
]
