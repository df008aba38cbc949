import t from 'tap'
import { settingsDiff } from '../../../src/contract/compatibility/settings-diff.ts'

const schema = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
})

t.test('keys that came, went and are as they were', (t) => {
  const old = schema({ url: { type: 'string' }, level: { type: 'integer' } })
  const now = schema({ url: { type: 'string' }, retries: { type: 'integer', default: 3 } })
  const { changes, isTighter } = settingsDiff(old, now)
  t.match(changes, [
    { key: '/level', change: 'removed', before: { types: ['integer'] }, after: null },
    {
      ...{ key: '/retries', change: 'added', before: null },
      after: { types: ['integer'], required: false, sensitive: false, default: 3, rules: [] },
    },
  ])
  t.equal(isTighter, true, 'settings with a level are refused now')
  t.end()
})

const cases: readonly {
  readonly title: string
  readonly old: object
  readonly now: object
  readonly differs: readonly string[]
  readonly isTighter: boolean
  readonly required?: boolean
}[] = [
  {
    ...{ title: 'a type', old: { type: 'string' }, now: { type: 'integer' } },
    ...{ differs: ['types'], isTighter: true },
  },
  {
    ...{ title: 'a wider type', old: { type: 'string' }, now: { type: ['string', 'null'] } },
    ...{ differs: ['types'], isTighter: false },
  },
  {
    ...{ title: 'a default of null where none was', old: {}, now: { default: null } },
    ...{ differs: ['default'], isTighter: false },
  },
  {
    ...{ title: 'a bound', old: { type: 'integer', minimum: 1 } },
    ...{ now: { type: 'integer', minimum: 2 }, differs: ['rules'], isTighter: true },
  },
  {
    ...{ title: 'a mark', old: { type: 'string' }, now: { type: 'string', sensitive: true } },
    ...{ differs: ['sensitive'], isTighter: false },
  },
  {
    ...{ title: 'words for people alone', old: { title: 'A' }, now: { title: 'B' } },
    ...{ differs: [], isTighter: false },
  },
  {
    ...{ title: 'asked for now', old: { type: 'string' }, now: { type: 'string' } },
    ...{ differs: ['required'], isTighter: true, required: true },
  },
]

for (const { title, old, now, differs, isTighter, required = false } of cases) {
  t.test(`of one key: ${title}`, (t) => {
    const diff = settingsDiff(schema({ key: old }), schema({ key: now }, required ? ['key'] : []))
    t.same(
      diff.changes.map((one) => ({ key: one.key, differs: one.differs })),
      differs.length === 0 ? [] : [{ key: '/key', differs }],
    )
    t.equal(diff.isTighter, isTighter)
    t.end()
  })
}

t.test('keys below keys, of lists and behind references', (t) => {
  const port = { $ref: '#/$defs/port' }
  const of = (maximum: number) => ({
    ...schema({
      smtp: schema({ port }, ['port']),
      hooks: { type: 'array', items: schema({ port }) },
    }),
    $defs: { port: { type: 'integer', maximum } },
  })
  const { changes, isTighter } = settingsDiff(of(1), of(2))
  t.match(changes, [
    { key: '/hooks/[]/port', differs: ['rules'], after: { required: false } },
    { key: '/smtp/port', differs: ['rules'], after: { required: true, rules: [{ maximum: 2 }] } },
  ])
  t.equal(isTighter, false)
  t.end()
})

t.test('a key is asked for where every alternative asks for it', (t) => {
  const now = {
    ...schema({ a: {}, b: {} }),
    anyOf: [{ required: ['a', 'b'] }, { required: ['a'] }],
  }
  const required = settingsDiff(undefined, now).changes.map(({ key, after }) => [
    key,
    after?.required,
  ])
  t.same(required, [
    ['/a', true],
    ['/b', false],
  ])
  t.end()
})

t.test(
  'a first schema that asks for nothing keeps nobody from going on; one that asks does',
  (t) => {
    t.equal(settingsDiff(undefined, schema({ a: {} })).isTighter, false)
    t.equal(settingsDiff(undefined, schema({ a: {} }, ['a'])).isTighter, true)
    t.match(settingsDiff(schema({ a: {} }), undefined), {
      isTighter: true,
      changes: [{ key: '/a', change: 'removed' }],
    })
    t.same(settingsDiff(undefined, undefined), { isTighter: false, changes: [], isCut: false })
    t.end()
  },
)

t.test('a key that is named as no object may be is a key as any other', (t) => {
  const named = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}')
  t.match(settingsDiff(undefined, named).changes, [{ key: '/__proto__', change: 'added' }])
  t.end()
})
