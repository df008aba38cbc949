import { createHash } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { DigestCheck } from '../../src/blobs/content-digest.ts'

const bytes = Buffer.from('a file')
const of = (algorithm: string) => createHash(algorithm).update(bytes).digest('base64')

function checked(headers: Record<string, string>): string {
  const check = new DigestCheck(headers)
  check.update(bytes.subarray(0, 2))
  check.update(bytes.subarray(2))
  return check.finish()
}

t.test('bytes that are as promised have their name', async (t) => {
  const name = createHash('sha256').update(bytes).digest('hex')
  const promises = [
    {},
    { 'content-digest': `sha-256=:${of('sha256')}:` },
    { 'content-digest': `sha-512=:${of('sha512')}:, sha-256=:${of('sha256')}:` },
    { 'content-digest': `sha-256=:${of('sha256')}:;a=1` },
    { 'repr-digest': `sha-256=:${of('sha256')}:` },
    { digest: `SHA-256=${of('sha256')}` },
    { digest: `unixsum=30637, SHA-512=${of('sha512')}` },
    { 'content-digest': 'md5=:AAAA:' },
  ]
  for (const headers of promises) t.equal(checked(headers), name, JSON.stringify(headers))
})

t.test('bytes that are otherwise are refused, by any of the promises', async (t) => {
  const wrong = createHash('sha256').update('another').digest('base64')
  const promises = [
    { 'content-digest': `sha-256=:${wrong}:` },
    { 'content-digest': `sha-256=:${of('sha256')}:, sha-256=:${wrong}:` },
    { 'content-digest': `sha-256=:${of('sha256')}:`, digest: `SHA-256=${wrong}` },
  ]
  for (const headers of promises) {
    t.throws(() => checked(headers), { code: 'CORE_BLOB_DIGEST_MISMATCH' })
  }
})

t.test('a promise that cannot be read is refused before the bytes come', async (t) => {
  const unreadable = [
    '',
    'sha-256',
    'sha-256=abc',
    'sha-256=:abc:',
    `sha-256=:${of('sha512')}:`,
    ',',
  ]
  for (const header of unreadable) {
    t.throws(() => new DigestCheck({ 'content-digest': header }), { code: 'CORE_INPUT_INVALID' })
  }
})

t.test('whatever stands in the headers, it is read or refused', async () => {
  const header = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a-z0-9-]{1,10}=:[A-Za-z0-9+/=]{0,60}:$/),
  )
  fc.assert(
    fc.property(header, header, (content, old) => {
      try {
        return checked({ 'content-digest': content, digest: old }).length === 64
      } catch (error) {
        return /^CORE_(INPUT_INVALID|BLOB_DIGEST_MISMATCH)$/.test((error as { code: string }).code)
      }
    }),
  )
})
