import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { verifyAssertion } from '../../src/passkeys/assertion.ts'
import { fromBase64Url, toBase64Url } from '../../src/passkeys/base64url.ts'
import { readCbor } from '../../src/passkeys/cbor.ts'
import type { CeremonyDemands } from '../../src/passkeys/ceremony.ts'
import { type Passkey, verifyRegistration } from '../../src/passkeys/registration.ts'
import { signingChallenge } from '../../src/passkeys/signing-challenge.ts'
import { encodeCbor, type Odd, PasskeyDevice } from '../support/passkey-device.ts'

const ORIGIN = 'https://sign.example.com'
const INTENT = {
  envelope: 'env-1',
  recipient: 'rec-1',
  documents: ['aa'.repeat(32), 'bb'.repeat(32)],
  nonce: new Uint8Array(16).fill(7),
}
const demands: CeremonyDemands = {
  challenge: signingChallenge(INTENT),
  origins: [ORIGIN],
  rpId: 'sign.example.com',
  isUserVerificationRequired: true,
}

function register(device: PasskeyDevice, odd: Odd = {}): Passkey {
  const made = verifyRegistration(device.create(demands.challenge, odd), demands)
  if (!made.valid) throw new Error(made.fault)
  return made.passkey
}

for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
  t.test(`a passkey by ${algorithm} is registered, and agrees to a document`, (t) => {
    const device = new PasskeyDevice(ORIGIN, algorithm)
    const passkey = register(device)
    t.equal(passkey.algorithm, algorithm)
    t.strictSame(Buffer.from(passkey.id), device.id)
    const assertion = verifyAssertion(device.get(demands.challenge), passkey, demands)
    t.match(assertion, { valid: true, counter: 0, isUserVerified: true })
    const other = { ...INTENT, documents: ['aa'.repeat(32), 'bc'.repeat(32)] }
    const swapped = { ...demands, challenge: signingChallenge(other) }
    const refused = verifyAssertion(device.get(demands.challenge), passkey, swapped)
    t.strictSame(refused, { valid: false, fault: 'other-challenge' }, 'to no other document')
    t.end()
  })
}

t.test('each odd ceremony is refused by its own fault', (t) => {
  const device = new PasskeyDevice(ORIGIN)
  const passkey = register(device)
  const odds: readonly (readonly [Odd, string])[] = [
    [{ origin: 'https://sign.example.com.evil.test' }, 'other-origin'],
    [{ origin: 'http://sign.example.com' }, 'other-origin'],
    [{ rpId: 'example.com' }, 'other-relying-party'],
    [{ type: 'payment.get' }, 'other-ceremony'],
    [{ crossOrigin: true }, 'in-a-frame-of-others'],
    [{ flags: 0x04 }, 'user-not-present'],
    [{ flags: 0x01 }, 'user-not-verified'],
    [{ flags: 0x15 }, 'impossible-backup-state'],
  ]
  for (const [odd, fault] of odds) {
    const expected = { valid: false, fault }
    t.strictSame(verifyAssertion(device.get(demands.challenge, odd), passkey, demands), expected)
    t.strictSame(verifyRegistration(device.create(demands.challenge, odd), demands), expected)
  }
  const stranger = new PasskeyDevice(ORIGIN).get(demands.challenge)
  t.match(verifyAssertion(stranger, passkey, demands), { fault: 'other-passkey' })
  const stolen = { ...stranger, id: toBase64Url(passkey.id) }
  t.match(verifyAssertion(stolen, passkey, demands), { fault: 'signature-wrong' })
  const backedUp = device.get(demands.challenge, { flags: 0x1d })
  t.match(verifyAssertion(backedUp, passkey, demands), { fault: 'backup-eligibility-changed' })
  t.end()
})

t.test('a device that counts is found out when it is copied', (t) => {
  const device = new PasskeyDevice(ORIGIN)
  const passkey = register(device, { counter: 5 })
  const verdict = (counter: number) =>
    verifyAssertion(device.get(demands.challenge, { counter }), passkey, demands)
  t.match(verdict(6), { valid: true, counter: 6 })
  for (const counter of [5, 4, 0]) t.match(verdict(counter), { fault: 'counter-went-back' })
  t.end()
})

t.test('attestation is none, or by the passkey itself', (t) => {
  const verdict = (attestation: NonNullable<Odd['attestation']>) =>
    verifyRegistration(
      new PasskeyDevice(ORIGIN).create(demands.challenge, { attestation }),
      demands,
    )
  t.match(verdict('none'), { valid: true, attestation: 'none' })
  t.match(verdict('self'), { valid: true, attestation: 'self' })
  t.match(verdict('self-wrong'), { valid: false, fault: 'attestation-wrong' })
  t.match(verdict('none-with-statement'), { valid: false, fault: 'attestation-wrong' })
  t.match(verdict('other'), { valid: false, fault: 'attestation-unsupported' })
  const asserted = new PasskeyDevice(ORIGIN).get(demands.challenge).response
  const object = encodeCbor(
    new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', fromBase64Url(asserted.authenticatorData)],
    ]),
  )
  const { clientDataJSON } = new PasskeyDevice(ORIGIN).create(demands.challenge)
  const without = { clientDataJSON, attestationObject: toBase64Url(object) }
  t.match(verifyRegistration(without, demands), { fault: 'credential-missing' })
  const extended = register(new PasskeyDevice(ORIGIN), { extensions: { credProtect: true } })
  t.equal(extended.algorithm, 'ES256', 'extensions are read over')
  t.end()
})

t.test('a challenge differs in each of its parts, and where one ends', (t) => {
  const variants = [
    INTENT,
    { ...INTENT, envelope: 'env-1r', recipient: 'ec-1' },
    { ...INTENT, recipient: 'rec-2' },
    { ...INTENT, documents: [] },
    { ...INTENT, documents: INTENT.documents.toReversed() },
    { ...INTENT, nonce: new Uint8Array(16) },
  ]
  const challenges = variants.map((intent) => toBase64Url(signingChallenge(intent)))
  t.equal(new Set(challenges).size, variants.length)
  t.end()
})

t.test('whatever is sent is an answer, never an error', (t) => {
  const device = new PasskeyDevice(ORIGIN)
  const passkey = register(device)
  const good = { made: device.create(demands.challenge), used: device.get(demands.challenge) }
  const flip = (text: string, where: number, mask: number) => {
    const bytes = fromBase64Url(text)
    const index = Math.floor(where * bytes.length)
    bytes[index] = (bytes[index] ?? 0) ^ mask
    return toBase64Url(bytes)
  }
  const place = fc.double({ min: 0, max: 0.999_999, noNaN: true })
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 255 }), fc.string(), (where, mask, text) => {
      const attestationObject = flip(good.made.attestationObject, where, mask)
      verifyRegistration({ ...good.made, attestationObject }, demands)
      const { response } = good.used
      const changed = [
        { ...response, authenticatorData: flip(response.authenticatorData, where, mask) },
        { ...response, clientDataJSON: flip(response.clientDataJSON, where, mask) },
        { ...response, signature: flip(response.signature, where, mask) },
        { ...response, signature: text },
        { ...response, clientDataJSON: toBase64Url(Buffer.from(text)) },
      ]
      return changed.every((it) => {
        return !verifyAssertion({ ...good.used, response: it }, passkey, demands).valid
      })
    }),
    { numRuns: 200 },
  )
  t.end()
})

t.test(
  'CBOR that was written is read; lengths beyond the end, tags and floats are refused',
  (t) => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', maxDepth: 4 },
        fc.integer({ min: -0x1_0000_0000, max: 0xffff_ffff }),
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.uint8Array(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc
          .array(fc.tuple(fc.string(), tie('tree')), { maxLength: 4 })
          .map((pairs) => new Map(pairs)),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        const { value: read } = readCbor(encodeCbor(value))
        return encodeCbor(read).equals(encodeCbor(value))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          readCbor(bytes)
          return true
        } catch (error) {
          return (error as { code?: string }).code === 'CBOR_MALFORMED'
        }
      }),
    )
    for (const hex of [
      '9affffffff',
      'c000',
      'f90000',
      '5f4100ff',
      '1817',
      'a2000000',
      '8181818181818181818100',
    ]) {
      t.throws(() => readCbor(Buffer.from(hex, 'hex')), { code: 'CBOR_MALFORMED' }, hex)
    }
    t.end()
  },
)
