import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { documentParts } from '../../src/epcis/document.ts'
import { standardName } from '../../src/epcis/standard-names.ts'
import { documentFaults } from '../../src/epcis/validation/document-check.ts'
import { casesMissing, type Json, readCase, validDocuments } from '../logistics-cases.ts'

const skip = { skip: casesMissing }
const context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'

t.test(
  'the documents of GS1 pass, and are read without asking anybody for a context',
  skip,
  (t) => {
    for (const [name, document] of validDocuments()) {
      t.strictSame(documentFaults(document), [], name)
      t.ok(documentParts(document).events.length > 0, name)
    }
    t.end()
  },
)

t.test('wrong documents fail, and the fault names its place', skip, (t) => {
  for (const { name, document } of readCase('epcis/invalid.json')) {
    const [fault] = documentFaults(document)
    t.match(fault, { at: /^(\/epcisBody|$)/, problem: /must/ }, name)
  }
  t.end()
})

type Mutation = (holder: Json, key: string, other: Json) => void

const values = [
  ...[
    7,
    -0.5,
    true,
    null,
    '',
    'shipping',
    'no word',
    'urn:epc:id:sscc:4012345.0111111111',
    'recalled',
    'Temperature',
  ],
  ...[
    '2026-02-30T00:00:00Z',
    '2026-02-28T00:00:00+08:00',
    '2026-02-28T00:00:00',
    '+14:00',
    '+14:01',
    'f0f',
    'KGM',
    'kg',
  ],
  ...[
    'https://gs1.org/voc/Temperature',
    'urn:epcglobal:cbv:bizstep:shipping',
    'gs1:Temperature',
    'OBSERVE',
    'DELETE',
  ],
  ...[
    [],
    {},
    ['a:b', 'a:b'],
    [{ epcClass: 'a:b' }],
    { id: 'a:b' },
    { set: [] },
    { set: ['recalled'] },
    [{ sensorReport: [] }],
  ],
]

const mutations: readonly Mutation[] = [
  (holder, key) => delete holder[key],
  (holder, key, other) => (holder[key] = structuredClone(other)),
  (holder, key, other) => {
    if (!Array.isArray(holder)) holder['example:more'] = structuredClone(other)
    delete holder[`${key}x`]
  },
  (holder, key) => {
    if (Array.isArray(holder)) return
    holder[`${key}x`] = holder[key]
    delete holder[key]
  },
]

function places(value: Json, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.keys(value).flatMap((key) => [[...at, key], ...places(value[key], [...at, key])])
}

t.test('documents changed anywhere pass and fail as the schema of GS1 has it', skip, (t) => {
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  const passes = ajv.compile(readCase('epcis/EPCIS-JSON-Schema.json'))
  const documents = validDocuments().map(([, document]) => [document, places(document)] as const)
  let refused = 0
  const whole = fc.nat()
  fc.assert(
    fc.property(
      fc.record({ which: whole, place: whole, kind: whole, value: whole }),
      ({ which, place, kind, value }) => {
        const [original, all] = documents[which % documents.length]!
        const path = all[place % all.length]!
        const document = structuredClone(original)
        const holder = path.slice(0, -1).reduce((at, key) => at[key], document)
        mutations[kind % mutations.length]!(holder, path.at(-1)!, values[value % values.length])
        const right = passes(document)
        if (!right) refused++
        const faults = documentFaults(document)
        if ((faults.length === 0) !== right) {
          throw new Error(
            `${path.join('/')}: ${JSON.stringify(faults)} ${ajv.errorsText(passes.errors)}`,
          )
        }
      },
    ),
    { numRuns: 4000 },
  )
  t.comment(`${refused} of 4000 changed documents are refused, by both`)
  t.ok(refused > 1000)
  t.end()
})

t.test('a context that would have to be fetched, or that renames, is refused', (t) => {
  const read = (...parts: Json[]) => documentParts({ '@context': parts, type: 'ObjectEvent' })
  t.throws(() => read('https://evil.example/context.jsonld'), { code: 'CONTEXT_REMOTE' })
  t.throws(() => read(`${context}.evil.example/`), { code: 'CONTEXT_REMOTE' })
  t.throws(() => read(context, { bizStep: { '@id': 'https://evil.example/' } }), {
    code: 'CONTEXT_INVALID',
  })
  t.throws(() => read(context, { '@vocab': 'https://evil.example/' }), { code: 'CONTEXT_INVALID' })
  t.throws(() => read(context, { '@import': 'https://evil.example/' }), { code: 'CONTEXT_INVALID' })
  t.throws(() => read(context, { https: 'https://evil.example/' }), { code: 'CONTEXT_INVALID' })
  t.throws(() => read(context, 7), { code: 'CONTEXT_INVALID' })
  t.strictSame(
    [...read(context, { a: 'https://a.example/' }, { b: 'urn:b:' }).prefixes],
    [
      ['a', 'https://a.example/'],
      ['b', 'urn:b:'],
    ],
  )
  t.end()
})

t.test('a word of the standard is one name however it is written', (t) => {
  const own = new Map([['v', 'https://ref.gs1.org/cbv/']])
  const shipping = 'https://ref.gs1.org/cbv/BizStep-shipping'
  for (const name of [
    'shipping',
    'cbv:BizStep-shipping',
    'v:BizStep-shipping',
    'urn:epcglobal:cbv:bizstep:shipping',
    'https://ns.gs1.org/voc/Bizstep-shipping',
    shipping,
  ]) {
    t.equal(standardName('bizStep', name, own), shipping, name)
  }
  const temperature = 'https://gs1.org/voc/Temperature'
  for (const name of ['Temperature', 'gs1:Temperature', 'https://www.gs1.org/voc/Temperature']) {
    t.equal(standardName('measurement', name, own), temperature, name)
  }
  t.equal(standardName('bizStep', 'https://own.example/step', own), 'https://own.example/step')
  t.end()
})
