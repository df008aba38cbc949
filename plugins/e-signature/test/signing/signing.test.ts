import { join } from 'node:path'
import t from 'tap'
import { Pki, profiles } from '../support/pki.ts'
import { contract } from '../support/sample-pdf.ts'
import { pdfsig, programsMissing, SignedFile, said } from '../support/signed-file.ts'
import { startTimeAuthority } from '../support/time-authority.ts'

const skip = await programsMissing('pdfsig', 'qpdf', 'pdftotext', 'certutil')
const pki = await Pki.start(t)
const by = 'inter'
await pki.issue('alice', {
  kind: 'rsa',
  extensions: profiles.signer,
  by,
  subject: '/CN=张伟/O=东辰制造集团',
})
await pki.issue('bob', { kind: 'p256', extensions: profiles.signer, by, subject: '/CN=Bob Li' })
await pki.issue('carol', { kind: 'rsa', extensions: profiles.signer, by, subject: '/CN=Carol' })
await pki.issue('tsa', { kind: 'rsa', extensions: profiles.tsa, by })
const authority = await startTimeAuthority(t, pki)

const sign = (name: string, x: number, y: number) => ({
  name,
  kind: 'signature' as const,
  signer: name,
  at: { page: 1, x, y, width: 160, height: 48 },
})

for (const xref of ['table', 'stream'] as const) {
  t.test(
    `three signers, proofs and a time stamp in a file with a cross-reference ${xref} are valid to others`,
    { skip },
    async (t) => {
      const file = await SignedFile.prepare(contract({ xref }), {
        fields: [
          sign('alice', 40, 600),
          sign('bob', 220, 600),
          sign('carol', 40, 700),
          {
            name: 'ship',
            kind: 'date',
            signer: 'bob',
            at: { page: 1, x: 220, y: 660, width: 100, height: 16 },
          },
          {
            name: 'agreed',
            kind: 'checkbox',
            signer: 'bob',
            at: { page: 1, x: 330, y: 660, width: 12, height: 12 },
          },
        ],
        signers: [
          { id: 'alice', name: '张伟' },
          { id: 'bob', name: 'Bob Li' },
          { id: 'carol', name: 'Carol' },
        ],
      })
      const stamp = (name: string) => ({
        lines: [`签署人：${name}`, '时间：2026-11-27 18:00:00 +08:00'],
      })
      await file.sign(
        pki,
        'alice',
        'rsa-pkcs1-sha256',
        { field: 'alice', certify: true, reason: '同意', stamp: stamp('张伟') },
        authority,
      )
      await file.sign(
        pki,
        'bob',
        'ecdsa-sha256',
        { field: 'bob', values: { ship: '2026-12-01', agreed: true }, stamp: stamp('Bob Li') },
        authority,
      )
      await file.sign(pki, 'carol', 'rsa-pss-sha256', { field: 'carol', stamp: stamp('Carol') })
      const certificates = await Promise.all(
        ['inter', 'alice', 'bob', 'carol', 'tsa'].map(async (n) => (await pki.certificate(n)).der),
      )
      const keys = file.signatures.map(({ vriKey }) => vriKey)
      await pki.writeIndex('inter', {}, ['alice', 'bob', 'carol', 'tsa'])
      const crls = [await pki.makeCrl('inter')]
      file.addProofs({
        certificates,
        ocsps: [],
        crls,
        vri: keys.map((key) => ({ key, certificates: [0], ocsps: [], crls: [0] })),
      })
      await file.timestamp(authority, 'archive-1')
      const path = join(pki.folder, `three-${xref}.pdf`)
      await pki.write(`three-${xref}.pdf`, file.bytes)
      const verdict = await pdfsig(pki, path)
      t.equal(verdict.match(/Signature is Valid/g)?.length, 3, verdict)
      t.match(await said('qpdf', '--check', path), /No syntax or stream encoding errors/)
      for (const [index, { byteRange, cms }] of file.signatures.entries()) {
        const [, a, b, c] = byteRange
        const content = Buffer.concat([file.bytes.subarray(0, a), file.bytes.subarray(b, b + c)])
        await pki.write('content', content)
        await pki.write('cms.der', cms)
        if (index < 3) {
          t.match(
            await pki.openssl(
              'cms',
              '-verify',
              '-binary',
              '-inform',
              'DER',
              '-in',
              'cms.der',
              '-content',
              'content',
              '-CAfile',
              'root.pem',
              '-purpose',
              'any',
              '-out',
              '/dev/null',
            ),
            /successful/i,
          )
        } else {
          t.match(
            await pki.openssl(
              'ts',
              '-verify',
              '-in',
              'cms.der',
              '-token_in',
              '-data',
              'content',
              '-CAfile',
              'root.pem',
              '-untrusted',
              'inter.pem',
            ),
            /OK/,
          )
        }
      }
      t.match(await said('pdftotext', '-layout', path, '-'), /2026-12-01/)
    },
  )
}
