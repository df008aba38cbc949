import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { fromBase32, toBase32 } from '../../src/one-time-codes/base32.ts'
import { totp, totpUri, verifyTotp } from '../../src/one-time-codes/totp.ts'

/** RFC 6238, appendix B: seconds, and the codes of eight digits by SHA-1, SHA-256 and SHA-512. */
const vectors: readonly (readonly [number, string, string, string])[] = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
]
const secretOf = (length: number) =>
  new TextEncoder().encode('1234567890'.repeat(7).slice(0, length))

t.test('codes are those of RFC 6238', (t) => {
  const lengths = { sha1: 20, sha256: 32, sha512: 64 } as const
  for (const [seconds, ...codes] of vectors) {
    for (const [index, hash] of (['sha1', 'sha256', 'sha512'] as const).entries()) {
      const key = { secret: secretOf(lengths[hash]), hash, digits: 8 }
      t.equal(totp(key, seconds * 1000), codes[index], `${hash} at ${seconds}`)
    }
  }
  t.end()
})

t.test('a code counts in its step and the two beside it, and once', (t) => {
  const key = { secret: secretOf(20) }
  const at = 1_700_000_000_000
  const code = totp(key, at)
  const step = Math.floor(at / 30_000)
  t.equal(verifyTotp(key, code, { at }), step)
  t.equal(verifyTotp(key, code, { at: at + 30_000 }), step)
  t.equal(verifyTotp(key, code, { at: at - 30_000 }), step)
  t.equal(verifyTotp(key, code, { at: at + 90_000 }), undefined)
  t.equal(verifyTotp(key, code, { at, lastStep: step }), undefined, 'not twice')
  t.equal(verifyTotp(key, code, { at, lastStep: step - 1 }), step)
  for (const wrong of ['', code.slice(1), `${code}0`, 'abcdef']) {
    t.equal(verifyTotp(key, wrong, { at }), undefined)
  }
  t.end()
})

t.test('secrets are written as apps take them', (t) => {
  t.equal(toBase32(Buffer.from('foobar')), 'MZXW6YTBOI', 'RFC 4648 §10')
  t.equal(Buffer.from(fromBase32('mzxw 6ytb-oi======') ?? []).toString(), 'foobar')
  t.equal(fromBase32('18'), undefined)
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) =>
      Buffer.from(fromBase32(toBase32(bytes)) ?? []).equals(Buffer.from(bytes)),
    ),
  )
  t.equal(
    totpUri({ secret: Buffer.from('foobar') }, '东辰 Ltd', 'li@acme.test'),
    'otpauth://totp/%E4%B8%9C%E8%BE%B0%20Ltd:li%40acme.test?secret=MZXW6YTBOI' +
      '&issuer=%E4%B8%9C%E8%BE%B0%20Ltd&algorithm=SHA1&digits=6&period=30',
  )
  t.end()
})
