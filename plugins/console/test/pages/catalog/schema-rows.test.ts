import t from 'tap'
import { schemaRows } from '../../../web/pages/catalog/schema-rows.ts'

const words = { length: 'length', items: 'items' }

t.test('members stand below what holds them, with what holds of each', async (t) => {
  const rows = schemaRows(
    {
      type: 'object',
      required: ['order'],
      properties: {
        order: { type: 'string', minLength: 1, maxLength: 20, description: 'Its number.' },
        lines: {
          type: 'array',
          maxItems: 5,
          items: { $ref: '#/$defs/line' },
        },
      },
      $defs: {
        line: { type: 'object', properties: { count: { type: 'integer', minimum: 1 } } },
      },
    },
    words,
  )
  t.same(rows, [
    { path: 'order', type: 'string', isRequired: true, note: 'length 1–20 · Its number.' },
    { path: 'lines', type: 'object[]', isRequired: false, note: 'items ≤ 5' },
    { path: 'lines[].count', type: 'integer', isRequired: false, note: '≥ 1' },
  ])
})

t.test('a schema that holds itself ends', async (t) => {
  const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } }
  const rows = schemaRows({ ...node, $defs: { node } }, words)
  t.ok(rows.length > 0 && rows.length < 20)
})
