import t from 'tap'
import { type PlannedTerms, termsLines } from '../../src/cli/terms-lines.ts'

const terms: PlannedTerms = {
  license: 'MIT',
  price: null,
  plans: [],
  text: null,
  hash: null,
  isAccepted: false,
}

t.test('terms whose lines end as Windows ends them are shown as they read', (t) => {
  const shown = termsLines({ ...terms, text: { en: 'One.\r\nTwo.\r\n' } }).join('\n')
  t.match(shown, 'One.\nTwo.\n')
  t.notMatch(shown, 'U+000D')
  t.end()
})

t.test('a carriage return inside a line of terms does not write over what stands before', (t) => {
  const shown = termsLines({ ...terms, text: { en: 'You pay.\rIt is free.' } }).join('\n')
  t.match(shown, 'You pay.<U+000D>It is free.')
  t.end()
})
