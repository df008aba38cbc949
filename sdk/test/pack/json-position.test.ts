import t from 'tap'
import { positionOf } from '../../src/pack/json-position.ts'
import { fc } from '../seeded-check.ts'

const json = `{
  "a": 1,
  "b": { "c": [1, {"d": "x\\"}y"}, [] ],
     "e/f": true },
  "a": [],
  "g": []
}`

const cases: readonly [pointer: string, line: number, column: number][] = [
  ['', 1, 1],
  ['/b', 3, 3],
  ['/b/c', 3, 10],
  ['/b/c/0', 3, 16],
  ['/b/c/1/d', 3, 20],
  ['/b/c/2', 3, 35],
  ['/b/e~1f', 4, 6],
  ['/a', 5, 3],
  ['/g', 6, 3],
]
for (const [pointer, line, column] of cases) {
  t.test(`finds ${pointer || 'the whole'}`, async (t) => {
    t.same(positionOf(json, pointer), { line, column })
  })
}

t.test('something missing is told at the nearest thing that is there', async (t) => {
  t.same(positionOf(json, '/nope'), { line: 1, column: 1 })
  t.same(positionOf(json, '/b/nope/deeper'), { line: 3, column: 3 })
  t.same(positionOf(json, '/g/0'), { line: 6, column: 3 })
})

t.test('finds every value of any JSON, however it is spaced', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(0, 1, 4), (value, spaces) => {
      const text = JSON.stringify(value, null, spaces)
      for (const [pointer, inner] of pointersOf(value)) {
        const { line, column } = positionOf(text, pointer)
        const at =
          text
            .split('\n')
            .slice(0, line - 1)
            .join('\n').length + (line > 1 ? 1 : 0)
        const rest = text.slice(at + column - 1)
        const expected = JSON.stringify(inner, null, spaces).split('\n')[0] ?? ''
        const withoutKey = rest.replace(/^"(?:[^"\\]|\\.)*" ?: ?/, '')
        if (!rest.startsWith(expected) && !withoutKey.startsWith(expected.trimStart())) {
          throw new Error(`${pointer} of ${text} is not at ${line}:${column}`)
        }
      }
    }),
  )
})

function pointersOf(value: unknown, base = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[base, value]]
  const children = Object.entries(value).flatMap(([key, inner]) =>
    pointersOf(inner, `${base}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
  return [[base, value], ...children]
}
