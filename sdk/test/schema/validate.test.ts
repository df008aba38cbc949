import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { faultsOf } from '../../src/schema/validate.ts'

const cases: readonly [
  title: string,
  schema: object,
  value: unknown,
  pointer: string,
  detail: RegExp,
][] = [
  ['a missing property', { required: ['a/b'] }, {}, '/a~1b', /is required/],
  [
    'an unknown property, with the known ones',
    { additionalProperties: false, properties: { tier: {} } },
    { 'ti~er': 1 },
    '/ti~0er',
    /one of tier/,
  ],
  ['a value outside of a list', { enum: ['a', 'b'] }, 'c', '', /one of \["a","b"\]/],
  [
    'another value than the only one',
    { properties: { v: { const: 1 } } },
    { v: 2 },
    '/v',
    /must be 1/,
  ],
  [
    'a property name',
    { propertyNames: { pattern: '^[a-z]$' } },
    { A: 1 },
    '/A',
    /not an allowed name/,
  ],
  [
    'a text that misses its pattern, with what was meant',
    { pattern: '^a$', description: 'The letter a.' },
    'b',
    '',
    /pattern.*The letter a\./,
  ],
  ['a wrong type deep inside', { items: { type: 'string' } }, ['a', 2], '/1', /must be string/],
]

for (const [title, schema, value, pointer, detail] of cases) {
  t.test(`tells ${title}`, async (t) => {
    const check = new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile(schema)
    t.equal(check(value), false)
    const faults = faultsOf(check)
    t.equal(faults.length, 1)
    t.match(faults[0], { pointer, detail })
  })
}

t.test('lists at most twenty faults, however many there are', async (t) => {
  const check = new Ajv2020({ allErrors: true }).compile({ items: { type: 'string' } })
  check(Array.from({ length: 1000 }, (_, index) => index))
  t.equal(faultsOf(check).length, 20)
})
