import t from 'tap'
import { formFields } from '../../web/contributed/form/form-fields.ts'
import { formInput } from '../../web/contributed/form/form-input.ts'
import { formValues } from '../../web/contributed/form/form-values.ts'

t.test('a form that begins with an input says that input', async (t) => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      at: { type: 'string', format: 'date-time' },
      count: { type: 'integer' },
      tags: { type: 'array', items: { type: 'string' } },
      open: { type: 'object' },
      place: { type: 'object', properties: { city: { type: 'string' } } },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { item: { type: 'string' } } },
      },
      way: {
        oneOf: [
          { type: 'object', properties: { by: { const: 'road' }, truck: { type: 'string' } } },
          { type: 'object', properties: { by: { const: 'sea' }, ship: { type: 'string' } } },
        ],
      },
    },
  }
  const input = {
    name: 'A',
    at: '2026-03-01T10:20:30.000Z',
    count: 3,
    tags: ['x', 'y'],
    open: { any: [1] },
    place: { city: 'Köln' },
    lines: [{ item: 'p' }, { item: 'q' }],
    way: { by: 'sea', ship: 'Ever' },
  }
  const fields = formFields(schema, undefined, {})
  t.same(formInput(fields, formValues(fields, input)), input)
})

t.test('what the contract does not know is left out', async (t) => {
  const fields = formFields(
    { type: 'object', properties: { a: { type: 'string' } } },
    undefined,
    {},
  )
  t.same(formValues(fields, { a: 'x', b: 'y' }), { a: 'x' })
  t.same(formValues(fields, null), {})
})
