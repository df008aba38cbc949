import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { instantOf } from '../../src/data-checks/cells.ts'
import { dataCheckUdfs } from '../../src/data-checks/data-check-udfs.ts'
import { kolmogorovSmirnov, meanShift, populationStability } from '../../src/data-checks/drift.ts'
import { formatPatterns } from '../../src/data-checks/formats.ts'
import { isCnId, isUscc } from '../../src/data-checks/identity-codes.ts'
import { patternMatcher } from '../../src/data-checks/pattern/match-pattern.ts'
import { robustZ } from '../../src/data-checks/robust.ts'
import { jaroWinkler } from '../../src/data-checks/similarity.ts'
import { freshness, volume } from '../../src/data-checks/whole-rules.ts'

const near = (
  t: { ok(is: boolean, name: string): unknown },
  found: number,
  expected: number,
  within = 1e-12,
) => t.ok(Math.abs(found - expected) <= within, `${found} is ${expected}`)

t.test('patterns match as JavaScript does, in linear time', async (t) => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'é',
    '\\d',
    '\\W',
    '[^a]',
    '[a-cé\\d]',
    '(?:ab|)',
    '.',
    '(a|b)',
  )
  const pattern = fc
    .array(fc.tuple(piece, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '|')), {
      maxLength: 7,
    })
    .map((parts) => parts.flat().join(''))
  fc.assert(
    fc.property(
      pattern,
      fc.boolean(),
      fc.array(fc.constantFrom('a', 'b', 'é', '1', ' ', '𠮷'), { maxLength: 10 }),
      (body, isWhole, text) => {
        const whole = isWhole ? `^(?:${body})$` : body
        return patternMatcher(whole)(text.join('')) === new RegExp(whole, 'u').test(text.join(''))
      },
    ),
    { numRuns: 500 },
  )
  const began = performance.now()
  t.notOk(
    patternMatcher('^(a+)+$')(`${'a'.repeat(8000)}!`),
    'what takes a backtracking matcher longer than the universe has',
  )
  t.notOk(patternMatcher('^(a|aa|a*)*b$')('a'.repeat(8000)))
  t.ok(performance.now() - began < 20_000)
  for (const bad of [
    '(?=a)',
    '(a)\\1',
    '\\bword',
    '\\p{L}',
    '[[:alpha:]]',
    'a{2',
    '*a',
    '(a',
    'a)',
    '[]',
    'a**',
    '^*',
    '\\x0',
    '(?<n>a)',
    '\0',
  ])
    t.throws(() => patternMatcher(bad), { code: 'PATTERN_UNSUPPORTED' }, bad)
  for (const costly of [
    'a{256}',
    '(a{200}){200}',
    '('.repeat(30) + ')'.repeat(30),
    'a'.repeat(501),
  ])
    t.throws(() => patternMatcher(costly), { code: 'PATTERN_TOO_COSTLY' }, costly.slice(0, 20))
})

t.test('formats know the calendar and the codes', async (t) => {
  const is = (format: keyof typeof formatPatterns, text: string) =>
    patternMatcher(formatPatterns[format])(text)
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      (...parts) => {
        const text = parts.map((part, at) => String(part).padStart(at === 0 ? 4 : 2, '0')).join('-')
        return is('date', text) === (instantOf(text, 'date') !== undefined)
      },
    ),
    { numRuns: 500 },
  )
  t.ok(is('date', '2000-02-29') && !is('date', '1900-02-29') && !is('date', '2023-04-31'))
  t.ok(is('date-time', '2024-01-01T00:00:00.5+08:00') && !is('date-time', '2024-01-01T24:00:00Z'))
  t.ok(
    is('email', 'a.b@qq.com') &&
      !is('email', 'a@b') &&
      !is('email', 'a@@b.cn') &&
      !is('email', 'a@-b.cn'),
  )
  t.ok(is('ipv4', '255.0.10.1') && !is('ipv4', '256.0.0.1') && !is('ipv4', '1.2.3'))
  t.ok(is('cn-mobile', '13800138000') && !is('cn-mobile', '12800138000'))
  t.ok(is('uuid', '123e4567-e89b-12d3-a456-426614174000') && !is('uuid', '123e4567'))
  t.ok(isUscc('91350100M000100Y43') && isUscc('91110000600037341L'), 'GB 32100')
  t.notOk(
    isUscc('91350100M000100Y44') ||
      isUscc('91350100M000100I43') ||
      isUscc('91350100m000100y43') ||
      isUscc(''),
  )
  t.ok(isCnId('11010519491231002X') && isCnId('440524188001010014'), 'the examples of GB 11643')
  t.notOk(
    isCnId('110105194912310021') ||
      isCnId('11010519490231002X') ||
      isCnId('99010519491231002X') ||
      isCnId('1101051949123100'),
  )
  // Any one digit changed is noticed: both check digits are made for that.
  const codes = [
    ['91350100M000100Y43', isUscc],
    ['11010519491231002X', isCnId],
  ] as const
  for (const [code, isValid] of codes) t.notOk(neighbours(code).some(isValid), code)
})

function neighbours(code: string): string[] {
  const places = [...code].flatMap((digit, at) => (at >= 8 && /\d/.test(digit) ? [at] : []))
  return places.map(
    (at) => `${code.slice(0, at)}${(Number(code[at]) + 1) % 10}${code.slice(at + 1)}`,
  )
}

t.test('similarity is that of Jaro and Winkler, of characters', async (t) => {
  near(t, jaroWinkler('MARTHA', 'MARHTA'), 0.961111111111111)
  near(t, jaroWinkler('DIXON', 'DICKSONX'), 0.813333333333333)
  near(t, jaroWinkler('DWAYNE', 'DUANE'), 0.84)
  t.equal(jaroWinkler('', ''), 1)
  t.equal(jaroWinkler('a', ''), 0)
  t.equal(jaroWinkler('𠮷', '𠮶'), 0, 'half a surrogate pair is nothing in common')
  const text = fc.string({ unit: 'grapheme', maxLength: 12 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const found = jaroWinkler(a, b)
      return found >= 0 && found <= 1 && jaroWinkler(a, a) === 1
    }),
  )
  t.ok(dataCheckUdfs.valid_uscc('91350100M000100Y43'))
  const column = (values: (string | null)[]) => ({ get: (row: number) => values[row] ?? null })
  const out = new Float64Array(3)
  const columns = [
    column(['MARTHA', null, 'MARTHA']),
    column(['MARHTA', 'x', 'MARHTA']),
  ] as unknown as Parameters<typeof dataCheckUdfs.dq_similarity>[0]
  t.equal(dataCheckUdfs.dq_similarity(columns, 3, out), out)
  near(t, out[2] as number, 0.961111111111111)
})

t.test('figures of a dataset are judged by robust statistics with known values', async (t) => {
  const [a, b] = [
    Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) / 10),
    Array.from({ length: 45 }, (_, i) => ((i * 53) % 97) / 8 + 1),
  ]
  const { d, p } = kolmogorovSmirnov(a, b)
  near(t, d, 0.25)
  near(t, p, 0.06698319849064734, 1e-9) // scipy.special.kolmogorov of the corrected distance; the exact p is 0.0691
  near(t, meanShift(a, b), 2.5703120466215545, 1e-9) // scipy.stats.ttest_ind(equal_var=False)
  near(t, populationStability(a, b), 0.46708961140168087, 1e-9) // numpy, by the definition
  t.equal(populationStability(a, a), 0)
  near(t, robustZ(20, [10, 11, 9, 10, 12]), 6.745)
  t.equal(robustZ(10, [10, 10, 10]), 0)
  t.equal(robustZ(11, [10, 10, 10]), Number.POSITIVE_INFINITY)
  t.match(volume(10, [1, 2, 3], { rule: 'volume', maxRobustZ: 3.5 }), {
    assessed: 0,
    reason: 'HISTORY_TOO_SHORT',
    value: 10,
  })
  t.match(volume(1000, [100, 103, 98, 101, 99], { rule: 'volume', maxRobustZ: 3.5 }), {
    assessed: 1,
    unexpected: 1,
    value: 1000,
  })
  t.match(volume(0, [], { rule: 'volume', min: 1 }), { assessed: 1, unexpected: 1 })
  t.match(freshness(null, 0, 5), { assessed: 0, reason: 'NO_ROWS' })
  t.match(freshness(0, 6 * 60_000, 5), { unexpected: 1, value: 6 })
})
