import t from 'tap'
import { instantOfField } from '../../web/parts/instant-field.ts'

t.test('a time in a field is one of the own time zone, and nothing is no time', async (t) => {
  const at = instantOfField('2027-01-01T08:30')
  t.equal(at, new Date(2027, 0, 1, 8, 30).toISOString())
  t.equal(instantOfField(''), undefined)
  t.equal(instantOfField(undefined), undefined)
  t.equal(instantOfField('soon'), undefined)
})
