/** Two versions of a schema, and what a change from the one to the other is: to callers, to readers. */
export interface SchemaPair {
  readonly title: string
  readonly old: unknown
  readonly now: unknown
  /** As an input; absent: not asked. */
  readonly input?: Verdict
  readonly output?: Verdict
}

export type Verdict = 'breaking' | 'additive' | 'docs' | 'same'

export const closed = (properties: object, ...required: string[]) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
})
export const open = (properties: object, ...required: string[]) => ({
  type: 'object',
  properties,
  required,
})
export const inA = (a: unknown) => closed({ a })
export const pair = (
  title: string,
  old: unknown,
  now: unknown,
  verdicts: Pick<SchemaPair, 'input' | 'output'>,
): SchemaPair => ({ title, old, now, ...verdicts })
/** A pair of values of one field, which is stricter in the second. */
export const stricter = (title: string, old: unknown, now: unknown): SchemaPair[] => [
  pair(`${title}, made stricter`, inA(old), inA(now), { input: 'breaking', output: 'additive' }),
  pair(`${title}, made wider`, inA(now), inA(old), { input: 'additive', output: 'breaking' }),
]
/** A pair that breaks both ways. */
export const other = (title: string, old: unknown, now: unknown): SchemaPair[] => [
  pair(title, inA(old), inA(now), { input: 'breaking', output: 'breaking' }),
]

export const text = { type: 'string' }
export const whole = { type: 'integer' }
export const number = { type: 'number' }
export const cat = closed({ kind: { const: 'cat' }, lives: whole }, 'kind', 'lives')
export const dog = closed({ kind: { const: 'dog' }, trick: text }, 'kind')
export const fish = closed({ kind: { const: 'fish' } }, 'kind')
export const line = (more: object = {}) => ({
  $defs: { line: closed({ sku: text, ...more }, 'sku') },
})
export const lines = { type: 'array', items: { $ref: '#/$defs/line' } }

/** Made of pairs: an object with a property `then` is taken for a promise. */
export const bThenC = Object.fromEntries([
  ['if', { required: ['b'] }],
  ['then', { required: ['c'] }],
])
