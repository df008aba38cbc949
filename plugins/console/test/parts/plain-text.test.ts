import t from 'tap'
import { plainText } from '../../web/parts/plain-text.ts'

t.test('what cannot be seen is shown by its number', async (t) => {
  const cases = [
    ['\u001b[31mred', '<U+001B>[31mred'],
    ['a\u202eb', 'a<U+202E>b'],
    ['\u2066x\u2069', '<U+2066>x<U+2069>'],
    ['zero\u200bwidth\ufeff', 'zero<U+200B>width<U+FEFF>'],
    ['half \ud83d', 'half <U+D83D>'],
    ['line\u2028end\r', 'line<U+2028>end<U+000D>'],
  ] as const
  for (const [text, shown] of cases) t.equal(plainText(text), shown)
})

t.test('lines, tabs, letters of any script and joined emoji stay', async (t) => {
  const text = 'one\n\ttwo 中文 עברית नमस्ते 👩‍🔧'
  t.equal(plainText(text), text)
})
