import t from 'tap'
import { validateContract } from '../../src/contract/contract.ts'
import { sensitiveFields } from '../../src/contract/sensitive-fields.ts'

const secret = { type: 'string', sensitive: true }

/** The pointers of what is replaced. */
function marked(schema: unknown, value: unknown): readonly string[] {
  const pointers: string[] = []
  sensitiveFields(schema)?.replace(value, (_, pointer) => {
    pointers.push(pointer)
    return null
  })
  return pointers
}

t.test('a mark is found wherever a value may be described', async (t) => {
  const cases: readonly (readonly [string, object, unknown, readonly string[]])[] = [
    ['the value itself', secret, 'x', ['']],
    ['a property', { properties: { a: secret, b: {} } }, { a: 1, b: 2 }, ['/a']],
    ['a name with ~ and /', { properties: { 'a/~b': secret } }, { 'a/~b': 1 }, ['/a~1~0b']],
    ['items', { items: { properties: { a: secret } } }, [{ a: 1 }, { b: 1 }], ['/0/a']],
    ['first items', { prefixItems: [{}, secret], items: {} }, [1, 2, 3], ['/1']],
    ['what is contained', { contains: secret }, [1, 2], ['/0', '/1']],
    ['a pattern of names', { patternProperties: { '^x-': secret } }, { 'x-a': 1, b: 2 }, ['/x-a']],
    [
      'other properties',
      { properties: { id: {} }, patternProperties: { '^x': {} }, additionalProperties: secret },
      { id: 1, xy: 2, other: 3 },
      ['/other'],
    ],
    [
      'any branch',
      { anyOf: [{ properties: { a: secret } }, { type: 'object' }] },
      { a: 1 },
      ['/a'],
    ],
    ['a condition', { if: {}, else: { properties: { a: secret } } }, { a: 1 }, ['/a']],
    [
      'a whole object',
      { properties: { o: { ...secret, type: 'object' } } },
      { o: { a: 1 } },
      ['/o'],
    ],
    [
      'a reference',
      {
        $ref: '#/$defs/all',
        $defs: { one: secret, all: { properties: { a: { $ref: '#/$defs/one' } } } },
      },
      { a: 1 },
      ['/a'],
    ],
    [
      'beside a reference',
      { properties: { a: { $ref: '#/$defs/one', sensitive: true } }, $defs: { one: {} } },
      { a: 1 },
      ['/a'],
    ],
    [
      'depending on another',
      { dependentSchemas: { b: { properties: { a: secret } } } },
      { a: 1 },
      ['/a'],
    ],
    ['nothing for a value of another kind', { properties: { a: secret } }, 'text', []],
    [
      'data that looks like a mark',
      { properties: { a: { const: { sensitive: true } } } },
      { a: 1 },
      [],
    ],
    ['a mark that is false', { properties: { a: { sensitive: false } } }, { a: 1 }, []],
  ]
  for (const [name, schema, value, pointers] of cases) t.same(marked(schema, value), pointers, name)
})

t.test('what is not marked is the same object, and names are told', async (t) => {
  const schema = { properties: { a: secret, deep: { properties: { b: secret } }, c: {} } }
  const fields = sensitiveFields(schema)
  t.same([...(fields?.names ?? [])], ['a', 'b'])
  const kept = { d: 1 }
  const copy = fields?.replace({ a: 1, c: kept }, () => '-') as { c: unknown }
  t.same(copy, { a: '-', c: kept })
  t.equal(copy.c, kept)
  t.equal(sensitiveFields({ properties: { a: {} } }), undefined, 'without a mark nothing is walked')
})

t.test('a contract takes marks, and refuses those that would be without effect', async (t) => {
  const contract = (input: object) => ({
    id: 'a.b',
    major: 1,
    title: { en: 'A' },
    operations: { run: { input, output: true, examples: [{ input: { name: 'Ada' } }] } },
  })
  t.match(validateContract(contract({ properties: { name: secret } })), { ok: true })
  const named = { properties: { propertyNames: secret, const: secret } }
  t.match(validateContract(contract(named)), { ok: true }, 'a property may be called so')
  t.match(validateContract(contract({ propertyNames: secret })), {
    ok: false,
    faults: [{ pointer: '/operations/run/input/propertyNames' }],
  })
  const referred = { propertyNames: { $ref: '#/$defs/name' }, $defs: { name: secret } }
  t.match(validateContract(contract(referred)), { ok: false })
  t.match(validateContract(contract({ properties: { name: { sensitive: 'yes' } } })), {
    ok: false,
    faults: [{ pointer: '/operations/run/input', detail: /sensitive/ }],
  })
})
