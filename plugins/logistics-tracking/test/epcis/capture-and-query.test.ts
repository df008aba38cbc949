import t from 'tap'
import { casesMissing, type Json, validDocuments } from '../logistics-cases.ts'
import {
  at,
  documentOf,
  epcisWords,
  event,
  gtin,
  item,
  pack,
  sscc,
  ssccDigits,
} from './epcis-words.ts'

const { pool, call, capture, traceOf, empty } = await epcisWords(t)
t.beforeEach(empty)

t.test(
  'documents are kept once, however often they come, and are found by what they say',
  { skip: casesMissing },
  async (t) => {
    let events = 0
    for (const [name, document] of validDocuments()) {
      const first = await call('capture', { document })
      const again = await call('capture', { document })
      events += first.captured
      t.match(again, { captured: 0, duplicates: first.hashes.length, hashes: first.hashes }, name)
    }
    const all: Json[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await call('query', { limit: 4, ...(cursor ? { cursor } : {}) })
      all.push(...page.items)
      if (page.next === undefined) break
      cursor = page.next
    }
    t.equal(all.length, events)
    const instants = all.map(({ eventTime }) => Date.parse(eventTime))
    t.strictSame(
      instants,
      instants.toSorted((a, b) => b - a),
      'newest first, over pages',
    )
    for (const bizStep of [
      'shipping',
      'cbv:BizStep-shipping',
      'urn:epcglobal:cbv:bizstep:shipping',
      'https://ref.gs1.org/cbv/BizStep-shipping',
    ]) {
      const { items } = await call('query', { bizStep })
      t.ok(items.length > 0 && items.every((one: Json) => one.bizStep === 'shipping'), bizStep)
    }
    const found = await call('query', {
      readPoint: 'https://other.example/gln/0614141073467/254/1234',
    })
    t.ok(found.items.length > 0, 'a place by its Digital Link of any host')
    t.match(await call('query', { bizTransaction: 'http://transaction.acme.com/po/12345678' }), {
      items: [{}],
    })
    const own = all.find((one) => one['example:myField'] !== undefined)
    t.match(
      own['@context'],
      [/epcis-context/, { example: /example/ }],
      'it stands alone with its prefixes',
    )
  },
)

t.test('patterns find all of a class, of a company, or of a beginning', async (t) => {
  const urn = (serial: number) => `urn:epc:id:sgtin:4012345.011111.${serial}`
  const events = [
    event('ObjectEvent', { epcList: [urn(1), urn(2)], action: 'OBSERVE', bizStep: 'inspecting' }),
    event('ObjectEvent', { epcList: [item(3)], action: 'ADD', bizStep: 'commissioning' }),
    pack(sscc(1), [item(1)]),
    event('ObjectEvent', {
      quantityList: [{ epcClass: 'urn:epc:class:lgtin:4012345.011111.L-1' }],
      action: 'OBSERVE',
    }),
    event('ObjectEvent', { epcList: ['urn:epc:id:sgtin:0614141.107346.2017'], action: 'OBSERVE' }),
  ]
  await capture(...events)
  const [second, last] = [1, 4].map((i) => events[i]?.eventTime)
  const count = async (input: Json) => (await call('query', input)).items.length
  t.equal(await count({ epc: urn(1) }), 2)
  t.equal(await count({ epc: `(01)${gtin}(21)1` }), 2)
  t.equal(await count({ epc: 'urn:epc:idpat:sgtin:4012345.011111.*' }), 4)
  t.equal(await count({ epc: 'urn:epc:idpat:sgtin:4012345.*.*' }), 4)
  t.equal(await count({ epc: 'urn:epc:idpat:sscc:4012345.*' }), 1)
  t.equal(await count({ epc: `https://id.gs1.org/01/${gtin}/10/*` }), 1)
  t.equal(await count({ epc: ssccDigits(1) }), 1)
  t.equal(await count({ epc: 'urn:epc:idpat:sgtin:4012345.011111.*', action: 'OBSERVE' }), 2)
  t.equal(await count({ from: second, to: last }), 3)
  await t.rejects(call('query', { epc: 'urn:epc:idpat:sgtin:4012345.*.7' }), {
    code: 'PATTERN_INVALID',
  })
  await t.rejects(call('query', { epc: 'a*b' }), { code: 'PATTERN_INVALID' })
  await t.rejects(call('query', { cursor: 'x' }), { code: 'CURSOR_INVALID' })
})

t.test('what is wrong with a document keeps all of it out', async (t) => {
  const good = event('ObjectEvent', { epcList: [item(1)], action: 'OBSERVE' })
  await t.rejects(capture(good, { ...good, action: 'LOOK' }), {
    code: 'EPCIS_INVALID',
    message: /eventList\/1\/action/,
  })
  const remote = { ...documentOf(good), '@context': ['https://evil.example/context.jsonld'] }
  await t.rejects(call('capture', { document: remote }), { code: 'CONTEXT_REMOTE' })
  await t.rejects(capture({ ...good, '@context': ['https://evil.example/context.jsonld'] }), {
    code: 'CONTEXT_REMOTE',
  })
  const many = Array.from({ length: 501 }, (_, i) => ({ ...good, epcList: [item(i)] }))
  await t.rejects(capture(...many), { code: 'EPCIS_TOO_LARGE' })
  await t.rejects(capture({ ...good, 'own:text': 'x'.repeat(90_000) }), { code: 'EPCIS_TOO_LARGE' })
  t.strictSame(await call('query', {}), { items: [] })
})

t.test('an event declared wrong no more counts, whichever comes first', async (t) => {
  const wrong = { ...pack(sscc(1), [item(1)]), eventID: 'urn:uuid:1' }
  const errorDeclaration = {
    declarationTime: at(),
    reason: 'incorrect_data',
    correctiveEventIDs: ['urn:uuid:2'],
  }
  const right = { ...pack(sscc(2), [item(1)]), eventID: 'urn:uuid:2' }
  for (const order of [
    [wrong, { ...wrong, errorDeclaration }, right],
    [{ ...wrong, errorDeclaration }, right, wrong],
  ]) {
    await pool.query('truncate epcis_events, epcis_keys, epcis_memberships')
    for (const one of order) await capture(one)
    t.equal((await call('query', {})).items.length, 3)
    t.match((await call('query', { errors: 'exclude' })).items, [{ eventID: 'urn:uuid:2' }])
    t.match((await call('query', { errors: 'only' })).items, [
      { eventID: 'urn:uuid:1', errorDeclaration },
    ])
    t.match(await traceOf(item(1), 'down'), { edges: [{ to: sscc(2) }] })
  }
})

t.test('a document of 500 events is taken in two seconds', async (t) => {
  const events = Array.from({ length: 500 }, (_, i) =>
    event('ObjectEvent', {
      epcList: Array.from({ length: 5 }, (_, k) => item(`${i}-${k}`)),
      action: 'OBSERVE',
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint: { id: 'urn:epc:id:sgln:4012345.00005.0' },
      bizTransactionList: [
        { type: 'po', bizTransaction: 'urn:epcglobal:cbv:bt:4012345000009:PO1' },
      ],
      'own:note': 'as packed',
    }),
  )
  const started = performance.now()
  t.match(await capture(...events), { captured: 500, duplicates: 0 })
  const took = performance.now() - started
  t.comment(
    `${took.toFixed(0)} ms for 500 events, ${(await pool.query('select count(*) from epcis_keys')).rows[0].count} keys`,
  )
  t.ok(took < 15_000)
})
