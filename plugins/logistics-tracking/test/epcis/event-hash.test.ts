import { createHash } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { documentParts } from '../../src/epcis/document.ts'
import {
  byCodePoints,
  canonicalInstant,
  canonicalValue,
} from '../../src/epcis/event-hash/canonical-value.ts'
import { eventHash } from '../../src/epcis/event-hash/event-hash.ts'
import { sha256 } from '../../src/epcis/event-hash/sha-256.ts'
import { casesMissing, type Json, readCase, validDocuments } from '../logistics-cases.ts'

const skip = { skip: casesMissing }

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

function hashes(document: Json) {
  const { events, prefixes, ignored } = documentParts(document)
  return events.map((event) => eventHash(event, prefixes, ignored))
}

t.test('events have the hashes of the reference implementation', skip, (t) => {
  let preHashes = 0
  for (const { name, document, hashes: expected, prehashes } of readCase('epcis_event_hash.json')) {
    const found = hashes(document)
    t.strictSame(
      found.map(({ hash }) => hash),
      expected,
      name,
    )
    for (const [i, { preHash }] of found.entries()) {
      // One of the reference texts is older than its own hash.
      if (expected[i] !== `ni:///sha-256;${digest(prehashes[i])}?ver=CBV2.0`) continue
      preHashes++
      t.equal(preHash, prehashes[i], name)
    }
  }
  t.equal(preHashes, 29)
  t.end()
})

function shuffled(value: Json, draw: () => number): Json {
  if (Array.isArray(value)) {
    const list = value.map((one) => shuffled(one, draw))
    return list
      .map((one) => [draw(), one] as const)
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one)
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(
    ([key, one]) => [draw(), key, shuffled(one, draw)] as const,
  )
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, key, one]) => [key, one]))
}

/** The same document with other prefixes for the same namespaces. */
function renamed(text: string, { prefixes }: ReturnType<typeof documentParts>): string {
  return [...prefixes.keys()].reduce(
    (changed, prefix) =>
      changed.replaceAll(`"${prefix}:`, `"${prefix}z:`).replaceAll(`"${prefix}"`, `"${prefix}z"`),
    text,
  )
}

t.test(
  'the hash does not depend on the order of fields and lists, on prefixes, nor on when it was kept',
  skip,
  (t) => {
    const documents = validDocuments().map(([, document]) => document)
    fc.assert(
      fc.property(fc.nat(), fc.infiniteStream(fc.double({ noNaN: true })), (which, stream) => {
        const document = documents[which % documents.length]
        const draw = () => stream.next().value as number
        const other = structuredClone(document)
        const body = other.epcisBody.queryResults?.resultsBody ?? other.epcisBody
        body.eventList = body.eventList.map((event: Json) => {
          const copy = shuffled(event, draw)
          return { ...copy, recordTime: '2026-01-01T00:00:00Z', eventID: `urn:uuid:${draw()}` }
        })
        const texts = [
          document,
          JSON.parse(renamed(JSON.stringify(other), documentParts(document))),
        ]
        const [a, b] = texts.map((one) =>
          hashes(one)
            .map(({ hash }) => hash)
            .sort()
            .join(' '),
        )
        if (a !== b) throw new Error(JSON.stringify(texts[1]))
      }),
      { numRuns: 60 },
    )
    t.end()
  },
)

t.test('whatever an event says otherwise changes its hash', skip, (t) => {
  const [, document] = validDocuments().find(([name]) => name.includes('transaction_event_all'))!
  const [original] = hashes(document)
  const change = (value: Json): Json => {
    if (typeof value === 'string') return `${value}7`
    if (typeof value === 'number') return value + 1
    if (typeof value === 'boolean') return !value
    return undefined
  }
  let changed = 0
  const walk = (value: Json, path: readonly string[]) => {
    for (const key of Object.keys(value)) {
      const at = [...path, key]
      if (typeof value[key] === 'object') walk(value[key], at)
      else {
        const copy = structuredClone(document)
        const holder = at.slice(0, -1).reduce((one, name) => one[name], copy.epcisBody.eventList[0])
        holder[key] =
          key === 'eventTime' || key === 'time' || key.endsWith('Time')
            ? '2001-01-01T00:00:00Z'
            : change(value[key])
        changed++
        t.not(hashes(copy)[0]?.hash, original?.hash, at.join('/'))
      }
    }
  }
  const { eventID, errorDeclaration, type, ...fields } = document.epcisBody.eventList[0]
  t.ok(eventID && errorDeclaration && type, 'these are not part of it')
  walk(fields, [])
  t.ok(changed > 80)
  t.end()
})

t.test('values have one text', (t) => {
  const same: readonly (readonly [string, string])[] = [
    ['1.0', '1'],
    ['+0.3434000', '0.3434'],
    ['1e3', '1000'],
    ['0.00001', '1e-05'],
    ['0.00012', '0.00012'],
    [' text ', 'text'],
    ['12345678901234567890123', '12345678901234567741440'],
    ['nan', 'nan'],
    ['1e999', '1e999'],
    ['urn:epcglobal:cbv:bizstep:receiving', 'https://ref.gs1.org/cbv/BizStep-receiving'],
  ]
  for (const [from, to] of same) t.equal(canonicalValue(from), to, from)
  t.equal(canonicalInstant('2023-02-02T11:04:03.1415Z'), '2023-02-02T11:04:03.142Z')
  t.equal(canonicalInstant('2023-02-02T11:04:03.1425Z'), '2023-02-02T11:04:03.142Z')
  t.equal(canonicalInstant('2023-12-31T23:59:59.9999+01:00'), '2023-12-31T23:00:00.000Z')
  t.equal(canonicalInstant('2023-02-02T11:04:03-0330'), '2023-02-02T14:34:03.000Z')
  t.equal(canonicalInstant('yesterday'), 'yesterday')
  t.end()
})

t.test('digest and order are those of UTF-8', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      if (sha256(text) !== digest(text)) throw new Error(text)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      return (
        Math.sign(byCodePoints(a, b)) === Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      )
    }),
  )
  t.equal(sha256('a'.repeat(1000)), digest('a'.repeat(1000)))
  t.end()
})
