import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import t from 'tap'
import { signedDocuments } from '../../src/documents/signed-documents.ts'
import { Pki, profiles } from '../support/pki.ts'
import { contract } from '../support/sample-pdf.ts'
import { programsMissing, said } from '../support/signed-file.ts'
import { startTimeAuthority } from '../support/time-authority.ts'
import { as, companies, defineSale, type Shown, sent } from './company.ts'
import { testKeys } from './test-keys.ts'

const skip = await programsMissing('pdfsig', 'pdftotext')
const found = await companies(t)

/** A red square: 8 by 8 pixels of RGB (ISO/IEC 15948). */
function redSquare(): string {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const sizes = Buffer.alloc(8)
    sizes.writeUInt32BE(data.length, 0)
    sizes.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([sizes.subarray(0, 4), body, sizes.subarray(4)])
  }
  const head = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0])
  const row = Buffer.from([0, ...Array.from({ length: 8 }, () => [200, 20, 20]).flat()])
  const rows = deflateSync(Buffer.concat(Array.from({ length: 8 }, () => row)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64')
}

t.test(
  'three people and a seal sign a real file, and poppler finds each signature valid',
  { skip },
  async (t) => {
    const pki = await Pki.start(t)
    await pki.issue('tsa', { kind: 'rsa', extensions: profiles.tsa, by: 'inter' })
    const authority = await startTimeAuthority(t, pki)
    const fetch = async (request: Request) =>
      new Response(
        new Uint8Array(await authority.answer(new Uint8Array(await request.arrayBuffer()))),
      )
    const company = await found(
      { config: { timestamps: { url: 'https://tsa.example/' } }, now: Date.now(), fetch },
      signedDocuments(testKeys(pki)),
    )
    const pages = [{ text: 'Contract DC-2026-001' }, { text: 'Terms' }]
    await defineSale(company, {}, Buffer.from(contract({ pages })).toString('base64'), redSquare())
    const { envelope } = await sent(company, {
      data: { amount: '1000000.01', currency: 'CNY', until: '2027-06-01' },
    })
    await company.sign('bo@buyer.example')
    await company.sign('si@seller.example', { values: { place: 'Suzhou' }, image: redSquare() })
    await company.sign('di@seller.example')
    await company.call('requestSeal', { envelope, recipient: 'r4', reason: 'sale' })
    const done = await company.call<Shown>(
      'decideSeal',
      { envelope, recipient: 'r4', approve: true },
      as('li'),
    )
    t.match(done, { state: 'completed', documents: [{ level: 'B-T', revision: 4 }] })
    const { content } = await company.call<{ content: string }>('readDocument', {
      envelope,
      document: 'd1',
    })
    const path = join(await mkdtemp(join(tmpdir(), 'envelope-')), 'contract.pdf')
    await writeFile(path, Buffer.from(content, 'base64'))
    const report = await said('pdfsig', '-nocert', path)
    t.equal(report.match(/Signature is Valid/g)?.length, 4, report)
    t.match(report, /Total document signed/)
    t.match(await said('pdftotext', '-layout', path, '-'), /壹佰万元零壹分/)

    await company.host.advance(1)
    const { content: certificate } = await company.call<{ content: string }>('completion', {
      envelope,
    })
    const shown = `${path}.certificate.pdf`
    await writeFile(shown, Buffer.from(certificate, 'base64'))
    const text = await said('pdftotext', '-layout', shown, '-')
    t.match(text, /签署完成证书/)
    t.match(text, /用印申请人 user:mei, 用印审批人 user:li/)
    t.match(text, /邮件验证码 b\*\*\*@buyer.example; 高级电子签名/)
  },
)
