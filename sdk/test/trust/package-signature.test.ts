import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { keyIdOf, publicKeyFrom, publicKeyText } from '../../src/trust/key-id.ts'
import {
  type FileDigests,
  SIGNATURE_FILE,
  sha512Of,
  signPackage,
  verifyPackage,
} from '../../src/trust/package-signature.ts'
import { fc } from '../seeded-check.ts'

const pair = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const keyed = (...keys: KeyObject[]) => ({
  kind: 'ed25519' as const,
  find: (keyid: string) => keys.find((key) => keyIdOf(key) === keyid),
})
const of = { name: '@acme/gate', version: '1.0.0' }
const digests = (files: Readonly<Record<string, string>>): FileDigests =>
  new Map(Object.entries(files).map(([path, text]) => [path, sha512Of(Buffer.from(text))]))
const files = { 'package.json': '{}', 'dist/plugin.js': 'x', 'docs/说明.md': '说明' }
const at = Date.parse('2026-11-27T00:00:00.000Z')
const text = signPackage({ ...of, files: digests(files) }, at, pair.privateKey)

const reasonOf = (given: Readonly<Record<string, string>>, sig = text, key = pair.publicKey) => {
  const verdict = verifyPackage(sig, { ...of, files: digests(given) }, keyed(key))
  return verdict.ok ? 'ok' : verdict.reason.en
}

t.test('a package that is as it was signed is its author’s', (t) => {
  const verdict = verifyPackage(text, { ...of, files: digests(files) }, keyed(pair.publicKey))
  t.match(verdict, { ok: true, signature: { keyid: keyIdOf(pair.publicKey), createdAt: at } })
  t.equal(reasonOf({ ...files, [SIGNATURE_FILE]: text }), 'ok', 'it does not list itself')
  t.end()
})

t.test('an unlisted, a missing and an altered file are refused by name', (t) => {
  const { 'dist/plugin.js': _, ...without } = files
  t.match(reasonOf({ ...files, 'dist/more.js': 'x' }), /does not list dist\/more\.js/)
  t.match(reasonOf(without), /lists dist\/plugin\.js, which is missing/)
  t.match(reasonOf({ ...files, 'dist/plugin.js': 'y' }), /other bytes of dist\/plugin\.js/)
  t.end()
})

t.test('a signature of another version, another name or by another key is refused', (t) => {
  const given = { ...of, version: '1.0.1', files: digests(files) }
  t.match(verifyPackage(text, given, keyed(pair.publicKey)), {
    ok: false,
    reason: { en: 'is of @acme/gate@1.0.0' },
  })
  t.match(reasonOf(files, text, other.publicKey), /not trusted here/)
  const named = JSON.parse(text)
  named.signatures[0].keyid = keyIdOf(other.publicKey)
  t.match(reasonOf(files, JSON.stringify(named), other.publicKey), /signature that is not/)
  t.end()
})

t.test('a file named twice, a second signature and another kind of statement are refused', (t) => {
  const double = {
    ...of,
    files: {
      *[Symbol.iterator]() {
        yield ['a', sha512Of(Buffer.from('a'))]
        yield ['a', sha512Of(Buffer.from('b'))]
      },
    } as unknown as FileDigests,
  }
  const twice = signPackage(double, at, pair.privateKey)
  t.match(reasonOf({ a: 'a' }, twice), /twice/)
  const more = JSON.parse(text)
  more.signatures.push(more.signatures[0])
  t.match(reasonOf(files, JSON.stringify(more)), /one signature/)
  for (const hostile of ['', 'null', '[]', '{"payload":1}', '{'.repeat(5000)]) {
    t.match(reasonOf(files, hostile), /one signature/)
  }
  t.end()
})

t.test('a key of another algorithm is never taken for the one that is asked for', (t) => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sig = signPackage({ ...of, files: digests(files) }, at, p256.privateKey)
  t.match(reasonOf(files, sig, p256.publicKey), /not trusted here/)
  t.equal(publicKeyFrom(publicKeyText(p256.publicKey), 'ed25519'), undefined)
  t.equal(publicKeyFrom('bm8ga2V5', 'ed25519'), undefined)
  t.end()
})

t.test('no byte of a signature file can be another', (t) => {
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const bytes = Buffer.from(text)
      bytes[place] = (bytes[place] ?? 0) ^ flip
      const verdict = verifyPackage(
        bytes.toString(),
        { ...of, files: digests(files) },
        keyed(pair.publicKey),
      )
      if (!verdict.ok) return true
      // White space between the fields of the envelope says nothing, and neither do spare bits of base64's last letter.
      const [was, is] = [JSON.parse(text), JSON.parse(bytes.toString())]
      const sameBytes = (one: string, two: string) =>
        Buffer.from(one, 'base64').equals(Buffer.from(two, 'base64'))
      return (
        sameBytes(was.payload, is.payload) && sameBytes(was.signatures[0].sig, is.signatures[0].sig)
      )
    }),
    { numRuns: 400 },
  )
  t.end()
})
