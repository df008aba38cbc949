import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { crlFaults, readCrl } from '../../src/certificates/crl.ts'
import { ocspRequest } from '../../src/certificates/ocsp-request.ts'
import { readOcspResponse } from '../../src/certificates/ocsp-response.ts'
import { revocationFrom } from '../../src/certificates/revocation.ts'
import { validatePath } from '../../src/certificates/validate-path.ts'
import { verifyOcsp } from '../../src/certificates/verify-ocsp.ts'
import { Pki, profiles } from '../support/pki.ts'
import { startRevocationResponder } from '../support/revocation-responder.ts'

const DAY = 24 * 3600_000
const NOW = Date.now() + 60_000
const pki = await Pki.start(t)
const [root, inter] = [await pki.certificate('root'), await pki.certificate('inter')]
const [good, bad, stranger] = [
  await pki.issue('good', { kind: 'rsa', extensions: profiles.signer, by: 'inter' }),
  await pki.issue('bad', { kind: 'p256', extensions: profiles.signer, by: 'inter' }),
  await pki.issue('stranger', { kind: 'p256', extensions: profiles.signer, by: 'inter' }),
]
await pki.issue('responder', { kind: 'p256', extensions: profiles.ocsp, by: 'inter' })
await pki.writeIndex('inter', { bad: '260105120000Z,keyCompromise' }, ['good'])
const REVOKED_AT = Date.UTC(2026, 0, 5, 12)
const question = { certificate: good, issuer: inter, at: NOW, now: NOW }

t.test('a list says who is revoked, when and why', async (t) => {
  const crl = readCrl(await pki.makeCrl('inter'))
  t.strictSame(crlFaults(crl, question), [])
  t.strictSame([...crl.revoked], [[bad.serialNumber, { at: REVOKED_AT, reason: 1 }]])
  t.strictSame(crlFaults(crl, { ...question, at: NOW + 31 * DAY }), ['stale'])
  t.strictSame(crlFaults(crl, { ...question, now: NOW - DAY }), ['from-the-future'])
  t.strictSame(crlFaults(crl, { ...question, issuer: root }), ['other-issuer'])
  const forged = { ...crl, signedPart: crl.signedPart.with(-1, 0x55) }
  t.strictSame(crlFaults(forged, question), ['wrong-signature'])
})

t.test('lists of other scopes are refused', async (t) => {
  const scope = async (extension: string) => readCrl(await pki.makeCrl('inter', extension)).scope
  t.equal(await scope('authorityKeyIdentifier=keyid'), 'all')
  t.equal(await scope('2.5.29.27=critical,DER:020101'), 'delta')
  const point = 'issuingDistributionPoint=critical,@p\n[p]\n'
  t.equal(await scope(`${point}indirectCRL=TRUE`), 'indirect')
  t.equal(await scope(`${point}onlyAA=TRUE`), 'unknown')
  t.equal(await scope('1.2.3.4=critical,ASN1:NULL'), 'unknown')
  const users = readCrl(await pki.makeCrl('inter', `${point}onlyuser=TRUE`))
  t.strictSame(crlFaults(users, question), [])
  const authorities = readCrl(await pki.makeCrl('inter', `${point}onlyCA=TRUE`))
  t.strictSame(crlFaults(authorities, question), ['other-scope'])
})

t.test('a responder answers for the authority, itself or delegated', async (t) => {
  for (const responder of ['inter', 'responder']) {
    const { url } = await startRevocationResponder(t, pki, { by: 'inter', responder })
    const nonce = Uint8Array.of(0x91, 2, 3, 4, 5, 6, 7, 8)
    const ask = async (certificate: typeof good) => {
      const request = ocspRequest({ certificate, issuer: inter, nonce })
      const answer = await fetch(url, { method: 'POST', body: request })
      const response = readOcspResponse(new Uint8Array(await answer.arrayBuffer()))
      if (response.status !== 'successful') throw new Error(response.status)
      return response.basic
    }
    const about = await ask(good)
    const asked = { ...question, nonce }
    const verdict = verifyOcsp(about, asked)
    t.strictSame([verdict.faults, verdict.answer?.status], [[], { status: 'good' }])
    t.equal(verdict.responder?.subject.commonName, `Test ${responder}`)
    t.strictSame(verifyOcsp(about, { ...asked, certificate: bad }).faults, ['other-certificate'])
    t.strictSame(verifyOcsp(about, { ...asked, nonce: Uint8Array.of(1) }).faults, [
      'nonce-mismatch',
    ])
    t.strictSame(verifyOcsp(about, { ...asked, at: NOW + 3 * DAY }).faults, ['stale'])
    t.strictSame(verifyOcsp(about, { ...asked, now: NOW - DAY }).faults, ['from-the-future'])
    const forged = { ...about, signedPart: about.signedPart.with(-1, 0x55) }
    t.strictSame(verifyOcsp(forged, asked).faults, ['wrong-signature'])
    const revoked = verifyOcsp(await ask(bad), { ...asked, certificate: bad })
    t.strictSame(revoked.answer?.status, { status: 'revoked', at: REVOKED_AT })
    const unknown = verifyOcsp(await ask(stranger), { ...asked, certificate: stranger })
    t.strictSame(unknown.answer?.status, { status: 'unknown' })
  }
})

t.test('a responder that the authority did not delegate to is not heard', async (t) => {
  const { answer } = await startRevocationResponder(t, pki, { by: 'inter', responder: 'good' })
  const response = readOcspResponse(await answer(ocspRequest(question)))
  if (response.status !== 'successful') return t.fail(response.status)
  t.strictSame(verifyOcsp(response.basic, question).faults, ['responder-not-authorised'])
  const status = revocationFrom({
    crls: [],
    ocspResponses: [response.basic.der],
    at: NOW,
    now: NOW,
  })
  t.strictSame(status(good, inter), { status: 'unknown' })
})

t.test('a chain is judged with its revocation, for the time of the signature', async (t) => {
  const crls = [await pki.makeCrl('inter')]
  const judge = (certificate: typeof good, at: number) =>
    validatePath({
      certificate,
      intermediates: [inter],
      anchors: [{ ...root, notBefore: 0 }],
      at,
      purpose: 'signing',
      revocation: revocationFrom({ crls, ocspResponses: [], at, now: NOW }),
    })
  const fine = judge(good, NOW)
  t.strictSame(
    [fine.trusted, fine.warnings.map(({ code }) => code)],
    [true, ['revocation-unknown']],
  )
  t.equal(fine.warnings[0]?.subject, inter.subject.text, 'nobody said a word of the authority')
  const revoked = judge(bad, NOW)
  t.ok(revoked.reasons.some(({ code }) => code === 'revoked'))
  const before = judge(bad, REVOKED_AT - 1)
  t.notOk(before.reasons.some(({ code }) => code === 'revoked'))
})

t.test('broken lists and responses are refused by a code, and count as absent', async (t) => {
  const crl = await pki.makeCrl('inter')
  const { answer } = await startRevocationResponder(t, pki, { by: 'inter' })
  const ocsp = await answer(ocspRequest({ certificate: bad, issuer: inter }))
  const status = revocationFrom({ crls: [crl], ocspResponses: [ocsp], at: NOW, now: NOW })
  t.strictSame(status(bad, inter), { status: 'revoked', at: REVOKED_AT })
  const either = fc.constantFrom(crl, ocsp)
  const place = fc.double({ min: 0, max: 0.999_999, noNaN: true })
  fc.assert(
    fc.property(either, place, fc.integer({ min: 1, max: 255 }), (source, where, mask) => {
      const bytes = Uint8Array.from(source)
      const index = Math.floor(where * bytes.length)
      bytes[index] = (bytes[index] ?? 0) ^ mask
      const read = revocationFrom({ crls: [bytes], ocspResponses: [bytes], at: NOW, now: NOW })
      // Never "good": at most nothing is known, or what was not signed has changed.
      return read(bad, inter).status !== 'good'
    }),
    { numRuns: 300 },
  )
  t.throws(() => readCrl(Uint8Array.of(1)), { code: 'CRL_MALFORMED' })
  t.throws(() => readOcspResponse(Uint8Array.of(1)), { code: 'OCSP_MALFORMED' })
  t.match(readOcspResponse(Uint8Array.of(0x30, 3, 0x0a, 1, 6)), { status: 'unauthorized' })
})
