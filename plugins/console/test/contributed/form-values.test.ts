import t from 'tap'
import { formFields } from '../../web/contributed/form/form-fields.ts'
import { formInput } from '../../web/contributed/form/form-input.ts'
import { firstValues, fitsForm, formValues } from '../../web/contributed/form/form-values.ts'

const fields = formFields(
  {
    type: 'object',
    properties: {
      name: { type: 'string' },
      at: { type: 'string', format: 'date-time' },
      limits: { type: 'object', properties: { most: { type: 'integer' } } },
      mails: { type: 'array', items: { type: 'string' } },
      lines: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } },
      open: { type: 'object' },
      by: {
        oneOf: [
          { type: 'object', properties: { kind: { const: 'day' }, hour: { type: 'integer' } } },
          { type: 'object', properties: { kind: { const: 'week' }, day: { type: 'string' } } },
        ],
      },
    },
  },
  undefined,
  {},
)

const input = {
  name: 'Suzhou',
  at: '2026-06-01T08:30:00.000Z',
  limits: { most: 3 },
  mails: ['a@acme.example'],
  lines: [{ id: '1' }, { id: '2' }],
  open: { any: { thing: [1] } },
  by: { kind: 'week', day: 'mon' },
}

t.test('what is there already fills the controls, and comes back as it was', async (t) => {
  t.strictSame(formInput(fields, formValues(fields, input)), input)
  t.ok(fitsForm(fields, input))
  t.ok(fitsForm(fields, {}))
})

t.test('what no control holds would be lost, so no form is offered', async (t) => {
  t.notOk(fitsForm(fields, { ...input, unknown: 1 }))
  t.notOk(fitsForm(fields, { limits: { most: 3, least: 1 } }))
  t.notOk(fitsForm(fields, { name: '' }))
})

t.test('a list that has to have a row begins with one, unless it has some', async (t) => {
  const rows = { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } }
  const asked = { type: 'object', required: ['lines'], properties: { lines: rows, more: rows } }
  const lists = formFields(asked, undefined, {})
  t.strictSame(firstValues(lists, undefined), { lines: [{}] })
  t.strictSame(firstValues(lists, { lines: [{ id: 'a' }] }), { lines: [{ id: 'a' }] })
})
