import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { digest } from '../../src/algorithms/digests.ts'
import { timestampRequest } from '../../src/timestamps/timestamp-request.ts'
import { readTimestampResponse } from '../../src/timestamps/timestamp-response.ts'
import { readTimestampToken } from '../../src/timestamps/timestamp-token.ts'
import { type TimestampDemands, verifyTimestamp } from '../../src/timestamps/verify-timestamp.ts'
import { Pki, profiles } from '../support/pki.ts'
import { startTimeAuthority } from '../support/time-authority.ts'

const pki = await Pki.start(t)
const [root, inter] = [await pki.certificate('root'), await pki.certificate('inter')]
await pki.issue('tsa', { kind: 'rsa', extensions: profiles.tsa, by: 'inter' })
const authority = await startTimeAuthority(t, pki)
const SIGNATURE = Buffer.from('the value of a signature')
const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)

async function ask(hash: 'sha1' | 'sha256' | 'sha512' = 'sha256', policy?: string) {
  const request = { hash, digest: digest(hash, SIGNATURE), nonce }
  const der = timestampRequest(policy === undefined ? request : { ...request, policy })
  return readTimestampResponse(await authority.answer(der))
}

async function token(hash: 'sha256' | 'sha512' = 'sha256', policy?: string) {
  const response = await ask(hash, policy)
  if (!response.granted) throw new Error(response.text)
  return readTimestampToken(response.token)
}

const demands: TimestampDemands = {
  covered: { bytes: SIGNATURE },
  intermediates: [inter],
  anchors: [root],
  now: Date.now() + 60_000,
}

t.test('a token says when, how exactly, and under which policy', async (t) => {
  const { info } = await token('sha512', '1.2.3.4.2')
  t.equal(info.policy, '1.2.3.4.2')
  t.strictSame([info.hash, info.accuracyMs, info.isOrdered], ['sha512', 1500, true])
  t.equal(info.nonce, '0102030405060708')
  t.ok(Math.abs(info.time - Date.now()) < 60_000)
})

t.test('a token is judged by imprint, nonce, policy, chain and time', async (t) => {
  const one = await token()
  const faults = (changes: Partial<TimestampDemands>) =>
    verifyTimestamp(one, { ...demands, ...changes }).faults
  t.strictSame(faults({ nonce, policy: '1.2.3.4.1' }), [])
  t.strictSame(faults({ covered: { digest: digest('sha256', SIGNATURE) } }), [])
  const other = { bytes: Buffer.from('another signature') }
  t.strictSame(faults({ covered: other }), ['imprint-mismatch'], 'copied from elsewhere')
  t.strictSame(faults({ nonce: Uint8Array.of(9) }), ['nonce-mismatch'], 'an old answer')
  t.strictSame(faults({ policy: '1.2.3.4.9' }), ['policy-mismatch'])
  t.strictSame(faults({ anchors: [] }), ['untrusted'])
  t.strictSame(faults({ now: Date.now() - 3600_000 }), ['time-in-the-future'])
  const years = Date.now() + 20 * 365 * 24 * 3600_000
  t.strictSame(faults({ now: years }), [], 'it is judged for its own time')
})

t.test(
  "a signer's certificate makes no times, nor does one that does more than that",
  async (t) => {
    const one = await token()
    const extensions = {
      'not-critical': `${profiles.plain}\nextendedKeyUsage=timeStamping`,
      'with-more': `${profiles.plain}\nextendedKeyUsage=critical,timeStamping,emailProtection`,
      signer: profiles.signer,
    }
    for (const [name, lines] of Object.entries(extensions)) {
      const certificate = await pki.issue(name, { kind: 'rsa', extensions: lines, by: 'inter' })
      const [own] = one.signedData.certificates.filter(({ subject }) =>
        subject.text.includes('tsa'),
      )
      if (own === undefined) return t.fail('there is no certificate')
      const certificates = [{ ...own, extensions: certificate.extensions }, inter]
      const forged = { ...one, signedData: { ...one.signedData, certificates } }
      const { faults, valid } = verifyTimestamp(forged, demands)
      t.notOk(valid)
      t.ok(faults.includes('not-a-timestamping-certificate'), name)
    }
  },
)

t.test('what the authority refuses is told by its reason', async (t) => {
  t.match(await ask('sha1'), { granted: false, status: 'rejection', failures: ['bad-algorithm'] })
  t.match(await ask('sha256', '1.2.3.4.9'), { granted: false, failures: ['unaccepted-policy'] })
  const broken = readTimestampResponse(await authority.answer(Buffer.from('nonsense')))
  t.match(broken, { granted: false, failures: ['bad-data-format'] })
})

t.test(
  'any byte of an answer flipped is refused with a code, or proves nothing else',
  async (t) => {
    const response = await ask()
    if (!response.granted) return t.fail(response.text)
    const { token: der } = response
    const { time } = readTimestampToken(der).info
    const at = fc.integer({ min: 0, max: der.length - 1 })
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const bytes = Uint8Array.from(der)
        bytes[index] = (bytes[index] ?? 0) ^ mask
        try {
          const verdict = verifyTimestamp(readTimestampToken(bytes), demands)
          return !verdict.valid || verdict.time === time
        } catch (error) {
          return (error as { name?: string }).name === 'Malformed'
        }
      }),
      { numRuns: 300 },
    )
    t.throws(() => readTimestampToken(Uint8Array.of(0x30, 0)), { code: 'TIMESTAMP_MALFORMED' })
    t.throws(() => readTimestampResponse(Uint8Array.of(0x30, 0)), { code: 'TIMESTAMP_MALFORMED' })
  },
)
