import t from 'tap'
import { deprecationBody, deprecationFields } from '../../../web/pages/catalog/deprecation.ts'

const deprecation = {
  deprecatedAt: '2027-01-01T08:00:00.000Z',
  sunsetAt: '2027-12-31T00:00:00.000Z',
  successor: 2,
  information: 'https://docs.example/orders',
  brownOuts: [{ from: '2027-06-01T08:00:00.000Z', to: '2027-06-01T10:00:00.000Z' }],
}

t.test('a schedule that is opened and stored is the one that it was', async (t) => {
  const fields = deprecationFields(deprecation)
  t.strictSame(deprecationBody(fields), deprecation)
})

t.test('what is left empty is not decided', async (t) => {
  t.strictSame(deprecationBody(deprecationFields(null)), {})
  const fields = { sunsetAt: '', successor: null, information: ' ', brownOuts: [{}] }
  t.strictSame(deprecationBody(fields), {})
})
