import type { SeededRandom } from '../../bench/seeded-random.ts'

/** What no error page, no SQL and no path may ever be made of. Each is told apart from what the host itself would write. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\u202eacme',
  'аcme',
  'ａｃｍｅ',
  'é'.normalize('NFC'),
  'é'.normalize('NFD'),
  'א‏ב',
  '\ufeffacme',
  'acme\u200b',
  '\u2066acme\u2069',
  'ac\u200dme',
  '\u00adacme',
  '\u{e0061}acme',
  'İacme',
  'acKelvin\u212a',
  'ﬁrm',
  '𝖆𝖈𝖒𝖊',
  'a\u2028b',
  'a\u0085b',
  '\uffff',
  `a${'\u0301'.repeat(200)}`,
  '한'.normalize('NFD'),
  'acme ',
  'acme.',
  'ACME',
  '🏭'.repeat(300),
  'x'.repeat(600),
  'x'.repeat(20_000),
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '..\\..\\windows',
  '%00',
  '%ff%fe',
  '%',
  "' or '1'='1",
  "'; drop table tenants; --",
  '1); delete from plugins; --',
  "' union all values (1) --",
  '") or 1=1 --',
  '$1',
  '%_%',
  '\\',
  "acme' --",
  'acme,globex',
  'acme&tenant=globex',
  '{"$ne":null}',
  '*',
  '(|(id=*))',
  '$.a[?(@.b)]',
  "\\x00' || pg_sleep(9) || '",
  '{{7*7}}',
  '#{7*7}',
  '<script>alert(1)</script>',
  '(a+)+$',
  '[',
  '^(?:.*)*$',
  '/0/~2/-',
  '~1~0',
  'a,b;c=d',
  'line\r\nset-cookie: x=1',
  '-1',
  '0',
  '1e309',
  '0x10',
  '9'.repeat(400),
  '-0',
  'NaN',
  '2026-13-45T99:99:99Z',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59Z',
  'P99999Y',
  '00000000-0000-0000-0000-000000000000',
  'http://169.254.169.254/latest',
  'http://[::1]:5432/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  Buffer.from('{"after":"x"}').toString('base64url'),
  Buffer.from('[null]').toString('base64url'),
  Buffer.from('["2026-01-01T00:00:00Z","\' or 1=1"]').toString('base64url'),
  Buffer.from('[1e400,{}]').toString('base64url'),
]

/** What stands in a path as it is: escapes that readers undo differently, overlong UTF-8 (RFC 3629 §10), halves of pairs. */
export const hostilePaths: readonly string[] = [
  '%2e%2e',
  '%2e%2e%2f',
  '%252e%252e%252f',
  '..%5c',
  '..;',
  '%c0%ae%c0%ae',
  '%c0%af',
  '%e0%80%af',
  '%f0%80%80%af',
  '%ed%a0%80',
  '%f4%90%80%80',
  '%fe%ff',
  '%c3',
  '%u002f',
  '%ef%bc%8f',
  '%0d%0aset-cookie:%20x=1',
  '%09',
  '%7f',
  '%2',
  '%zz',
  '%',
  ':',
  '::',
  '*',
  '%2a',
  '\xc0\xaf',
  '\xe9',
  '|',
  '"',
  '{id}',
]

/** JSON of a kind that was not asked for, or of a size. */
const hostileJson: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  -0.5,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  [],
  {},
  [[]],
  [null],
  { toJSON: 1, length: -1 },
  Array.from({ length: 2000 }, (_, index) => index),
  Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index])),
]

/** Bodies that are no JSON, or JSON that no parser likes. */
export const hostileBodies: readonly (string | Buffer)[] = [
  '',
  ' ',
  '{',
  '{"a":',
  '[1,]',
  'nul',
  '"text"',
  '12',
  '1e999',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"tenant":"acme","tenant":"globex"}',
  `{"id":${'9'.repeat(5000)}}`,
  '{"id":-1e-400}',
  '\ufeff{}',
  '{"id":"\\u0000"}',
  '{"id":"\\ud800"}',
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.alloc(300, 0),
  `{"id":"${'x'.repeat(1_200_000)}"}`,
  'grant_type=client_credentials&grant_type=password',
  'a=%ff&b=%',
]

export const hostileTypes: readonly string[] = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; charset=ascii',
  'application/JSON',
  'application/cloudevents+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/vnd.apache.arrow.stream',
  'application/octet-stream',
  ';',
  'a/b/c',
  'x'.repeat(300),
]

export function oneOf<Value>(random: SeededRandom, values: readonly Value[]): Value {
  return values[random.below(values.length)] as Value
}

function hostileValue(random: SeededRandom): unknown {
  return random.chance(0.55) ? oneOf(random, hostileTexts) : oneOf(random, hostileJson)
}

const prototypes = ['__proto__', 'constructor', 'prototype', 'toString', 'then']

/** The value with some place in it replaced, taken out, or one more beside it. */
export function mutated(random: SeededRandom, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) {
    return hostileValue(random)
  }
  if (Array.isArray(value)) return mutatedList(random, value)
  const entries = Object.entries(value)
  const at = random.below(entries.length + 1)
  const entry = entries[at]
  if (entry === undefined) {
    const names = ['tenant', 'id', 'extra', 'roles', 'plan', 'unit', 'state', ...prototypes]
    entries.push([oneOf(random, names), hostileValue(random)])
  } else if (random.chance(0.2)) entries.splice(at, 1)
  else entries[at] = [entry[0], mutated(random, entry[1])]
  return Object.fromEntries(entries)
}

function mutatedList(random: SeededRandom, list: readonly unknown[]): unknown {
  if (list.length === 0 || random.chance(0.2)) return [...list, hostileValue(random)]
  if (random.chance(0.1)) return Array.from({ length: 1500 }, () => list[0])
  const at = random.below(list.length)
  return list.with(at, mutated(random, list[at]))
}
