import { createHash } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { type AttributeDemands, attributesFault } from '../../src/keys/cms/signed-attributes.ts'
import { DerFault, readDer } from '../../src/keys/der.ts'
import { der, integer, octets, oid, sequence, setOf } from '../support/der.ts'
import { OpenSsl } from '../support/openssl.ts'
import {
  attribute,
  contentType,
  derOf,
  essCertificate,
  messageDigest,
  signedAttributes,
  signingCertificate,
  signingTime,
} from '../support/signed-document.ts'

const openssl = await OpenSsl.start(t)
const certificate = derOf(await openssl.makeAuthority())
const digest = createHash('sha256').update('a contract').digest()
const other = createHash('sha256').update('another contract').digest()
const now = Date.UTC(2026, 0, 2, 3, 4, 5)

const faultOf = (bytes: Buffer, demands: Partial<AttributeDemands> = {}) =>
  attributesFault(bytes, { profile: 'pades', digest, certificate, allowed: [], now, ...demands })

const vouched = signingCertificate(essCertificate(certificate))
const good = signedAttributes(digest, certificate)
const text = (value: string) => attribute('1.2.3.4', der(0x0c, Buffer.from(value)))

t.test('attributes of this document and this certificate are signed', async (t) => {
  t.equal(faultOf(good), undefined)
  const [tbs] = readDer(certificate).children
  const [, serial, , issuer] = tbs?.children ?? []
  if (serial === undefined || issuer === undefined) throw new Error('this is no certificate')
  const hash = octets(createHash('sha512').update(certificate).digest())
  const named = sequence(
    sequence(oid('2.16.840.1.101.3.4.2.3')),
    hash,
    sequence(sequence(der(0xa4, issuer.bytes)), serial.bytes),
  )
  t.equal(faultOf(setOf(contentType, messageDigest(digest), signingCertificate(named))), undefined)
  const foreign = sequence(
    sequence(oid('2.16.840.1.101.3.4.2.3')),
    hash,
    sequence(sequence(der(0xa4, issuer.bytes)), integer(7)),
  )
  t.match(
    faultOf(setOf(contentType, messageDigest(digest), signingCertificate(foreign))),
    /another issuer or serial/,
  )
})

t.test('what is not that is refused, and the reason says why', async (t) => {
  const attacks: readonly [string, Buffer, RegExp][] = [
    ['a raw digest', digest, /no DER/],
    ['a digest as an OCTET STRING', octets(digest), /no SET OF/],
    [
      'a DigestInfo',
      sequence(sequence(oid('2.16.840.1.101.3.4.2.1')), octets(digest)),
      /no SET OF/,
    ],
    ['a certificate', certificate, /no SET OF/],
    ['nothing', Buffer.alloc(0), /no DER/],
    ['an empty set', setOf(), /missing/],
    ['the implicit tag', Buffer.concat([Buffer.of(0xa0), good.subarray(1)]), /no SET OF/],
    ['bytes after the set', Buffer.concat([good, Buffer.of(0)]), /bytes follow/],
    ['a set cut short', good.subarray(0, -1), /beyond the end/],
    ['another document', signedAttributes(other, certificate), /not the document's/],
    ['a digest cut short', signedAttributes(digest.subarray(1), certificate), /not the document's/],
    ['no digest', setOf(contentType, vouched), /9\.4 is missing/],
    ['no contentType', setOf(messageDigest(digest), vouched), /9\.3 is missing/],
    ['no certificate', setOf(contentType, messageDigest(digest)), /2\.47 is missing/],
    [
      'another contentType',
      setOf(
        attribute('1.2.840.113549.1.9.3', oid('1.2.840.113549.1.9.16.1.4')),
        messageDigest(digest),
        vouched,
      ),
      /not id-data/,
    ],
    [
      'two digests in two attributes',
      setOf(contentType, messageDigest(digest), messageDigest(other), vouched),
      /stands there twice/,
    ],
    [
      'the same attribute twice',
      setOf(contentType, contentType, messageDigest(digest), vouched),
      /stands there twice/,
    ],
    [
      'two digests in one attribute',
      setOf(contentType, attribute('1.2.840.113549.1.9.4', octets(digest), octets(other)), vouched),
      /not exactly one value/,
    ],
    [
      'a digest attribute without a value',
      setOf(contentType, attribute('1.2.840.113549.1.9.4'), vouched),
      /not exactly one value/,
    ],
    [
      'another certificate',
      setOf(contentType, messageDigest(digest), signingCertificate(essCertificate(other))),
      /another certificate/,
    ],
    [
      'two certificates',
      setOf(
        contentType,
        messageDigest(digest),
        signingCertificate(essCertificate(certificate), essCertificate(other)),
      ),
      /not exactly one certificate/,
    ],
    [
      'a certificate by SHA-1',
      setOf(
        contentType,
        messageDigest(digest),
        signingCertificate(
          sequence(
            sequence(oid('1.3.14.3.2.26')),
            octets(createHash('sha1').update(certificate).digest()),
          ),
        ),
      ),
      /hash that the host does not know/,
    ],
    [
      'policies that nobody read',
      setOf(
        contentType,
        messageDigest(digest),
        attribute(
          '1.2.840.113549.1.9.16.2.47',
          sequence(sequence(essCertificate(certificate)), sequence(sequence(oid('1.2.3')))),
        ),
      ),
      /cannot be read/,
    ],
    [
      'an attribute that nobody reads',
      setOf(contentType, messageDigest(digest), vouched, text('I owe you everything')),
      /1\.2\.3\.4 is not allowed/,
    ],
    [
      'a signing time in PAdES',
      setOf(contentType, messageDigest(digest), vouched, signingTime('260102030405Z')),
      /does not belong into a PAdES/,
    ],
    [
      'attributes out of order',
      der(0x31, ...[contentType, messageDigest(digest), vouched].sort(Buffer.compare).reverse()),
      /not sorted/,
    ],
    ['a length longer than it must be', longLength(good), /longer than it must be/],
    [
      'an indefinite length',
      Buffer.concat([Buffer.of(0x31, 0x80), readDer(good).content, Buffer.of(0, 0)]),
      /indefinite/,
    ],
    [
      'a digest in pieces',
      setOf(
        contentType,
        attribute(
          '1.2.840.113549.1.9.4',
          der(0x24, octets(digest.subarray(0, 16)), octets(digest.subarray(16))),
        ),
        vouched,
      ),
      /of pieces/,
    ],
    [
      'far too much',
      setOf(contentType, messageDigest(digest), vouched, text('x'.repeat(9000))),
      /more than 8192/,
    ],
    ['a tower of sequences', tower(60), /too deep/],
  ]
  for (const [name, bytes, reason] of attacks) {
    const fault = faultOf(bytes)
    t.match(fault, reason, name)
    t.match(
      faultOf(bytes, { profile: 'cms' }) ?? 'no fault',
      name.includes('PAdES') ? /no fault/ : /./,
    )
  }
})

function longLength(set: Buffer): Buffer {
  const { content } = readDer(set)
  return Buffer.concat([
    Buffer.of(0x31, 0x83, 0, content.length >> 8, content.length & 0xff),
    content,
  ])
}

function tower(height: number): Buffer {
  let bytes: Buffer = Buffer.alloc(0)
  for (let level = 0; level < height; level++) bytes = der(0x31, bytes)
  return bytes
}

t.test('what an admin allowed may stand there, once', async (t) => {
  const extra = setOf(contentType, messageDigest(digest), vouched, text('by the book'))
  t.equal(faultOf(extra, { allowed: ['1.2.3.4'] }), undefined)
  const twice = setOf(contentType, messageDigest(digest), vouched, text('a'), text('b'))
  t.match(faultOf(twice, { allowed: ['1.2.3.4'] }), /twice/)
  // To allow one that the host understands does not switch its judge off.
  const wrong = signedAttributes(other, certificate)
  t.match(faultOf(wrong, { allowed: ['1.2.840.113549.1.9.4'] }), /not the document's/)
})

t.test('a signing time outside PAdES is now, or it is refused', async (t) => {
  const timed = (time: string) =>
    faultOf(setOf(contentType, messageDigest(digest), vouched, signingTime(time)), {
      profile: 'cms',
    })
  t.equal(timed('260102030405Z'), undefined)
  t.equal(timed('260102030900Z'), undefined)
  t.match(timed('260102031000Z'), /not now/)
  t.match(timed('200102030405Z'), /not now/)
  t.match(timed('2601020304Z'), /only encoding/)
  t.match(timed('260102030405+0100'), /only encoding/)
  t.match(timed('999999999999Z'), /not now|cannot be read/)
})

t.test('no change of a single byte passes', async (t) => {
  for (let at = 0; at < good.length; at++) {
    for (const bit of [1, 0x20, 0x80]) {
      const changed = Buffer.from(good)
      changed[at] = (changed[at] ?? 0) ^ bit
      if (faultOf(changed) === undefined) t.fail(`byte ${at} may be another`)
    }
  }
  t.pass()
})

t.test('whatever comes is refused with a reason, and nothing throws', async () => {
  const pieces = fc.constantFrom(contentType, messageDigest(digest), vouched, octets(digest), good)
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    fc.array(pieces, { maxLength: 6 }).map((parts) => setOf(...parts)),
    fc
      .tuple(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 4 }))
      .map(([at, array]) => Buffer.concat([good.subarray(0, at), array, good.subarray(at + 1)])),
  )
  fc.assert(
    fc.property(bytes, (given) => {
      const fault = faultOf(given)
      return given.equals(good) ? fault === undefined : typeof fault === 'string'
    }),
    { numRuns: 2000, seed: 1 },
  )
})

t.test('what is read as DER is written the same again', async () => {
  const node: fc.Arbitrary<Buffer> = fc.letrec<{ node: Buffer }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.uint8Array({ maxLength: 200 }).map((array) => octets(Buffer.from(array))),
      fc.array(tie('node'), { maxLength: 4 }).map((parts) => sequence(...parts)),
      fc.array(tie('node'), { maxLength: 4 }).map((parts) => setOf(...parts)),
    ),
  })).node
  const written = ({ tag, content, children }: ReturnType<typeof readDer>): Buffer =>
    der(tag, ...(children.length > 0 ? children.map(written) : [content]))
  fc.assert(
    fc.property(node, (bytes) => written(readDer(bytes)).equals(bytes)),
    { numRuns: 300, seed: 2 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (array) => {
      const given = Buffer.from(array)
      try {
        return written(readDer(given)).equals(given)
      } catch (error) {
        return error instanceof DerFault
      }
    }),
    { numRuns: 5000, seed: 3 },
  )
})
