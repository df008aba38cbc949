import t from 'tap'
import type { InputSchema } from '../../web/contributed/contract-input.ts'
import { filterValue, missingIn, pagingOf } from '../../web/contributed/contract-input.ts'
import {
  type CheckedFault,
  inputFaults,
  placedFaults,
} from '../../web/contributed/form/form-faults.ts'
import { type FormField, formFields } from '../../web/contributed/form/form-fields.ts'
import { formInput } from '../../web/contributed/form/form-input.ts'
import { formValues } from '../../web/contributed/form/form-values.ts'

const schema: InputSchema = {
  type: 'object',
  required: ['gauge', 'lines'],
  additionalProperties: false,
  properties: {
    gauge: { type: 'string', maxLength: 100 },
    note: { type: 'string', maxLength: 2000 },
    dueOn: { type: 'string', format: 'date' },
    at: { type: 'string', format: 'date-time' },
    kind: { enum: ['official', 'other'] },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    whole: { type: 'boolean' },
    keepers: { type: 'array', items: { type: 'string', pattern: '^user:' } },
    lines: {
      type: 'array',
      minItems: 1,
      items: { $ref: '#/$defs/line' },
    },
    plan: { type: 'object', properties: { size: { type: 'number' } } },
    method: {
      oneOf: [
        { type: 'object', properties: { by: { const: 'normal' }, sigma: { type: 'number' } } },
        { type: 'object', properties: { by: { const: 'history' } } },
      ],
    },
    open: { type: 'object', additionalProperties: true },
    content: { type: 'string', contentEncoding: 'base64', maxLength: 400 },
    cursor: { type: 'string' },
    limit: { type: 'integer', maximum: 50 },
  },
  $defs: { line: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } } },
}
const fields = formFields(schema, undefined, {})
const say = ({ keyword, bound }: CheckedFault) => `${keyword} ${JSON.stringify(bound)}`

t.test(
  'what has to be given stands first, unless a page names its fields in an order',
  async (t) => {
    const input: InputSchema = {
      type: 'object',
      required: ['item', 'count'],
      properties: {
        note: { type: 'string' },
        count: { type: 'integer' },
        at: { type: 'string' },
        item: { type: 'string' },
      },
    }
    const names = (wanted?: readonly string[]) =>
      formFields(input, wanted, {}).map((one) => one.name)
    t.same(names(), ['count', 'item', 'note', 'at'])
    t.same(names(['note', 'item']), ['note', 'item'])
  },
)

t.test('every kind of input has a control that fits it', async (t) => {
  const kinds = Object.fromEntries(fields.map(({ name, kind }) => [name, kind]))
  t.strictSame(kinds, {
    gauge: 'text',
    note: 'long',
    dueOn: 'date',
    at: 'instant',
    kind: 'choice',
    count: 'integer',
    whole: 'boolean',
    keepers: 'scalars',
    lines: 'rows',
    plan: 'group',
    method: 'variants',
    open: 'json',
    content: 'file',
    cursor: 'text',
    limit: 'integer',
  })
})

t.test('what is too deep for controls is written as JSON', async (t) => {
  let deep: InputSchema = { type: 'string' }
  for (let level = 0; level < 12; level++) deep = { type: 'object', properties: { deep } }
  const [field] = formFields(deep, undefined, {})
  t.match(JSON.stringify(field), /"kind":"json"/)
})

t.test('asked is what the page names, less what it gives', async (t) => {
  const names = formFields(schema, ['count', 'gauge', '__proto__', 'absent'], { gauge: 'G' })
  t.strictSame(
    names.map(({ name }) => name),
    ['count'],
  )
})

t.test('a page may ask for single members of an input', async (t) => {
  const [method, ...rest] = formFields(schema, ['plan/size', 'lines/sku', 'lines/none', 'note'], {})
  t.match(method, { name: 'plan', fields: [{ name: 'size' }] })
  t.match(rest, [{ name: 'lines', fields: [{ name: 'sku' }] }, { name: 'note' }])
  t.strictSame(formFields(schema, ['plan/size'], { plan: {} }), [], 'none of what is given')
})

const template: InputSchema = {
  type: 'object',
  properties: {
    user: { type: 'string', pattern: '^user:' },
    data: { type: 'object', additionalProperties: { type: ['string', 'boolean'] } },
    any: { type: 'object', additionalProperties: true },
  },
}

t.test('values by names that no contract knows are fields of these names', async (t) => {
  const [user, data, any] = formFields(template, undefined, {})
  t.match([user, data, any], [{ kind: 'user' }, { kind: 'pairs', most: 200 }, { kind: 'json' }])
  const begun = formValues([data as FormField], { data: { amount: '', paid: false } })
  t.match(begun, {
    data: [
      { name: 'amount', isGiven: true },
      { name: 'paid', value: false },
    ],
  })
  const filled = [{ name: 'amount', value: '5' }, { name: 'paid', value: false }, { name: 'note' }]
  const risky = [{ name: '__proto__', value: 'x' }, { value: 'nameless' }, undefined]
  t.strictSame(formInput([data as FormField], { data: [...filled, ...risky] }), {
    data: { amount: '5', paid: false },
  })
  t.strictSame(formInput([data as FormField], begun), { data: { paid: false } })
})

t.test('a filled form is the input; what was left alone is not in it', async (t) => {
  const values = {
    gauge: 'G-1',
    note: '',
    at: '2026-03-04T05:06:07Z',
    keepers: ['user:ann'],
    lines: [{ sku: 'A' }, {}],
    plan: { size: null },
    method: { by: 'normal', sigma: 2 },
    open: '{"a":[1]}',
    whole: false,
  }
  t.strictSame(formInput(fields, values), {
    gauge: 'G-1',
    at: '2026-03-04T05:06:07Z',
    whole: false,
    keepers: ['user:ann'],
    lines: [{ sku: 'A' }, {}],
    method: { by: 'normal', sigma: 2 },
    open: { a: [1] },
  })
  t.throws(() => formInput(fields, { open: '{' }), /no JSON: \/open/)
})

t.test('faults stand at the control that they are of', async (t) => {
  const input = { gauge: 'G', count: 99, lines: [{ sku: 'A' }, {}], keepers: ['ann'] }
  const { placed, rest } = placedFaults(fields, inputFaults(schema, input, say))
  t.strictSame(placed.map(({ name }) => name.join('/')).sort(), ['count', 'keepers', 'lines/1/sku'])
  t.strictSame(rest, [])
  t.strictSame(inputFaults(schema, { gauge: 'G', lines: [{ sku: 'A' }] }, say), [])
  const elsewhere = placedFaults(fields, [{ pointer: '/nowhere', detail: 'is odd' }])
  t.match(elsewhere, { placed: [], rest: [{ pointer: '/nowhere' }] })
})

t.test('a fault is told by what the schema asks for, where that stands too', async (t) => {
  const told = (input: object) =>
    inputFaults(schema, input, say).map(({ pointer, detail }) => `${pointer} ${detail}`)
  const line = { sku: 'A' }
  t.strictSame(told({ gauge: 'G', lines: [line], count: 99 }), ['/count maximum 9'])
  t.strictSame(told({ gauge: 'G', lines: [] }), ['/lines minItems 1'])
  t.strictSame(told({ gauge: 'G', lines: [{ sku: 7 }] }), ['/lines/0/sku type "string"'])
  t.strictSame(told({ gauge: 'G', lines: [line], kind: 'no' }), ['/kind enum ["official","other"]'])
  t.strictSame(told({ gauge: 'G', lines: [line], odd: 1 }), ['/odd false undefined'])
})

t.test('a word of the address becomes what the operation takes', async (t) => {
  t.equal(filterValue(schema, 'count', '4'), 4)
  t.equal(filterValue(schema, 'count', 'four'), undefined)
  t.equal(filterValue(schema, 'whole', 'true'), true)
  t.equal(filterValue(schema, 'whole', 'yes'), undefined)
  t.equal(filterValue(schema, 'at', '2026-03-04'), '2026-03-04T00:00:00.000Z')
  t.equal(filterValue(schema, 'at', '2026-03-04', 'Asia/Shanghai'), '2026-03-03T16:00:00.000Z')
  t.strictSame(filterValue(schema, 'keepers', 'user:a'), ['user:a'])
  t.equal(filterValue(schema, 'nothing', 'x'), undefined)
  t.equal(filterValue(schema, 'constructor', 'x'), undefined)
})

t.test('an operation that takes a cursor is read a page at a time', async (t) => {
  t.strictSame(pagingOf(schema), { limit: 50 })
  t.equal(pagingOf({ type: 'object', properties: {} }), undefined)
  t.strictSame(missingIn(schema, { gauge: 'G' }), ['lines'])
})
