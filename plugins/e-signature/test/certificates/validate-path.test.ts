import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { type Certificate, readCertificate } from '../../src/certificates/certificate.ts'
import { type PathReasonCode, pathReasons } from '../../src/certificates/path-reasons.ts'
import { readCertificates } from '../../src/certificates/pem.ts'
import type { Purpose } from '../../src/certificates/purposes.ts'
import { validatePath } from '../../src/certificates/validate-path.ts'
import { type Issue, Pki, profiles } from '../support/pki.ts'

const DAY = 24 * 3600_000
const pki = await Pki.start(t)
const [root, inter] = [await pki.certificate('root'), await pki.certificate('inter')]
const NOW = Date.now() + 60_000
const all: Certificate[] = [inter]

async function issue(name: string, request: Omit<Issue, 'kind'>): Promise<Certificate> {
  const certificate = await pki.issue(name, { kind: 'p256', ...request })
  all.push(certificate)
  return certificate
}

function judge(certificate: Certificate, at = NOW, purpose: Purpose = 'signing') {
  return validatePath({ certificate, intermediates: all, anchors: [root], at, purpose })
}

/** The codes here, and whether OpenSSL trusts it too. */
async function faultsOf(certificate: Certificate, name: string): Promise<PathReasonCode[]> {
  const verdict = judge(certificate)
  const others = ['root', 'inter', 'sub', 'clerk', 'limited', 'forbidding', 'no-sign']
  const files = await Promise.all(others.map((it) => pki.read(`${it}.pem`).catch(() => '')))
  await pki.write('untrusted.pem', files.join('\n'))
  const trusts = await pki
    .openssl('verify', '-CAfile', 'root.pem', '-untrusted', 'untrusted.pem', `${name}.pem`)
    .then(() => true)
    .catch(() => false)
  t.equal(verdict.trusted, trusts, `${name} is to OpenSSL what it is here`)
  return verdict.reasons.map(({ code }) => code)
}

t.test('a signer below an authority below the root is trusted, in its time', async (t) => {
  const clerk = await issue('clerk', {
    extensions: profiles.signer,
    by: 'inter',
    subject: '/C=CN/O=东辰制造集团/CN=张伟',
    days: 100,
  })
  const verdict = judge(clerk)
  t.strictSame([verdict.trusted, verdict.reasons, verdict.warnings], [true, [], []])
  t.strictSame(
    verdict.path.map(({ subject }) => subject.commonName),
    ['张伟', 'Test inter', 'Test root'],
  )
  const codes = (at: number) => judge(clerk, at).reasons.map(({ code }) => code)
  t.strictSame(codes(NOW + 101 * DAY), ['expired'])
  t.strictSame(codes(NOW - 10 * DAY), ['not-yet-valid', 'not-yet-valid', 'not-yet-valid'])
  t.strictSame(codes(clerk.notAfter + 999), [], 'the last second is within')
  const alone = { certificate: clerk, intermediates: [], anchors: [root], at: NOW }
  const lost = validatePath({ ...alone, purpose: 'signing' })
  t.strictSame([lost.trusted, lost.reasons.map(({ code }) => code)], [false, ['no-trusted-root']])
  t.ok(validatePath({ ...alone, anchors: [clerk], purpose: 'signing' }).trusted, 'or by itself')
})

t.test('who may not certify does not', async (t) => {
  const sub = await issue('sub', { extensions: profiles.authority, by: 'inter' })
  t.ok(sub)
  const below = await issue('below', { extensions: profiles.signer, by: 'sub' })
  t.strictSame(await faultsOf(below, 'below'), ['path-length-exceeded'])
  const byClerk = await issue('by-clerk', { extensions: profiles.signer, by: 'clerk' })
  const codes = await faultsOf(byClerk, 'by-clerk')
  t.ok(codes.includes('not-an-authority'))
  t.ok(codes.includes('may-not-sign-certificates'))
  const noSign = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign'
  await issue('no-sign', { extensions: noSign, by: 'root' })
  const byNoSign = await issue('by-no-sign', { extensions: profiles.signer, by: 'no-sign' })
  t.strictSame(await faultsOf(byNoSign, 'by-no-sign'), ['may-not-sign-certificates'])
})

t.test('what a certificate is for, and what nobody understands', async (t) => {
  const server = await issue('server', {
    extensions: 'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth',
    by: 'inter',
  })
  const codes = (purpose: Purpose, certificate: Certificate) =>
    judge(certificate, NOW, purpose).reasons.map(({ code }) => code)
  t.strictSame(codes('signing', server), ['wrong-purpose'])
  t.strictSame(codes('any', server), [])
  const wrap = await issue('wrap', { extensions: 'keyUsage=critical,keyEncipherment', by: 'inter' })
  t.strictSame(codes('signing', wrap), ['wrong-key-usage'])
  const plain = await issue('plain', { extensions: profiles.plain, by: 'inter' })
  t.strictSame(codes('signing', plain), [], 'no purpose is any')
  t.strictSame(codes('timestamping', plain), ['wrong-purpose'], 'but not for time')
  const odd = `${profiles.signer}\n1.2.3.4.5=critical,ASN1:NULL`
  const unknown = await issue('unknown', { extensions: odd, by: 'inter' })
  t.strictSame(await faultsOf(unknown, 'unknown'), ['unknown-critical-extension'])
})

t.test('an authority certifies the names that it may', async (t) => {
  const constraints = [
    profiles.authority,
    'nameConstraints=critical,permitted;dirName:below,permitted;DNS:example.com',
    '[below]\nC=CN\nO=Acme',
  ]
  await issue('limited', { extensions: constraints.join('\n'), by: 'root' })
  const leaf = (name: string, subject: string, names = '') =>
    issue(name, { extensions: `${profiles.signer}${names}`, by: 'limited', subject })
  const own = await leaf('own', '/C=CN/O=ACME/CN=Li', '\nsubjectAltName=DNS:a.example.com')
  t.strictSame(await faultsOf(own, 'own'), [])
  const other = await leaf('other', '/C=CN/O=Other/CN=Li')
  t.strictSame(await faultsOf(other, 'other'), ['name-not-permitted'])
  const host = await leaf('host', '/C=CN/O=Acme/CN=Li', '\nsubjectAltName=DNS:badexample.com')
  t.strictSame(await faultsOf(host, 'host'), ['name-not-permitted'])
  const excluding =
    'nameConstraints=critical,excluded;email:.evil.test,permitted;IP:10.0.0.0/255.0.0.0'
  await issue('forbidding', { extensions: `${profiles.authority}\n${excluding}`, by: 'root' })
  const mail = (name: string, names: string) => {
    const extensions = `${profiles.signer}\nsubjectAltName=${names}`
    return issue(name, { extensions, by: 'forbidding' })
  }
  t.strictSame(await faultsOf(await mail('good', 'email:a@good.test'), 'good'), [])
  t.strictSame(await faultsOf(await mail('evil', 'email:a@b.evil.test'), 'evil'), [
    'name-not-permitted',
  ])
  const address = await mail('address', 'IP:10.1.1.1')
  t.strictSame(
    judge(address).reasons.map(({ code }) => code),
    ['name-constraint-not-understood'],
    'refused, since addresses are not checked',
  )
})

t.test('weak and changed signatures are told', async (t) => {
  const weak = await issue('weak', { extensions: profiles.signer, by: 'inter', digest: 'sha1' })
  t.strictSame(
    judge(weak).reasons.map(({ code }) => code),
    ['weak-signature'],
  )
  const clerk = await pki.certificate('clerk')
  const bytes = Uint8Array.from(clerk.der)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  const changed = judge(readCertificate(bytes))
  t.strictSame(
    changed.reasons.map(({ code }) => code),
    ['wrong-signature', 'no-trusted-root'],
  )
  t.end()
})

t.test('a root that certifies itself in circles, and crowds of authorities, end soon', (t) => {
  const crowd = Array.from({ length: 200 }, () => ({ ...inter, issuer: inter.subject }))
  const clerk = all.find(({ subject }) => subject.commonName === '张伟') as Certificate
  const began = performance.now()
  const verdict = validatePath({
    certificate: clerk,
    intermediates: crowd,
    anchors: [root],
    at: NOW,
    purpose: 'signing',
  })
  t.notOk(verdict.trusted)
  t.ok(performance.now() - began < 30_000)
  t.end()
})

t.test(
  'any byte of a certificate flipped is refused with a code, or no longer trusted',
  async () => {
    const clerk = await pki.certificate('clerk')
    const at = fc.integer({ min: 0, max: clerk.der.length - 1 })
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const bytes = Uint8Array.from(clerk.der)
        bytes[index] = (bytes[index] ?? 0) ^ mask
        try {
          return !judge(readCertificate(bytes)).trusted
        } catch (error) {
          return (error as { code?: string }).code === 'CERTIFICATE_MALFORMED'
        }
      }),
      { numRuns: 300 },
    )
  },
)

t.test('PEM holds several, and what is none is refused', async (t) => {
  const both = `${await pki.read('root.pem')}\n${await pki.read('inter.pem')}`
  t.strictSame(
    readCertificates(both).map(({ subject }) => subject.text),
    ['CN=Test root, O=Test Trust, C=CN', 'CN=Test inter, O=Test Trust, C=CN'],
  )
  const broken = '-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----'
  t.throws(() => readCertificates(broken), { code: 'CERTIFICATE_MALFORMED' })
  t.strictSame(readCertificates('nothing'), [])
})

t.test('every reason is said in both languages', (t) => {
  for (const text of Object.values(pathReasons)) t.ok(text.en.endsWith('.') && text['zh-CN'])
  t.end()
})
