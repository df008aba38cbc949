import { createHash } from 'node:crypto'
import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import plugin from '../../src/index.ts'
import { Pki, profiles } from '../support/pki.ts'
import { contract, makePdf, sign, stream, update } from './pdf-maker.ts'

const folder = new URL('../..', import.meta.url)

const pki = await Pki.start(t)
await pki.issue('alice', {
  kind: 'p256',
  extensions: profiles.signer,
  by: 'inter',
  subject: '/O=Dongchen/CN=Alice',
})
const root = (await pki.read('root.pem')).toString()
const signed = await sign(makePdf(contract), pki, { field: 6, value: 20 })
const now = Date.now() + 86_400_000
const host = await createTestHost({ folder, plugin, config: { trustAnchors: [root] }, now })

interface Told {
  readonly document: { readonly sha256: string; readonly problem?: { readonly code: string } }
  readonly signatures: readonly Record<string, unknown>[]
}

const upload = (bytes: Uint8Array) =>
  host.call('signature.verification', 'verifyUpload', {
    content: Buffer.from(bytes).toString('base64'),
  }) as Promise<Told>

t.test('an upload is reported in both languages, and not kept', async (t) => {
  const { document, signatures } = await upload(signed)
  t.equal(document.sha256, createHash('sha256').update(signed).digest('hex'))
  t.match(signatures, [
    {
      field: 'PartyA',
      signer: 'Alice',
      organization: 'Dongchen',
      verdict: 'whole',
      chain: 'trusted',
      level: 'B-B',
      time: '2026-11-22T05:26:34.000Z',
      timeSource: 'signer',
      changes: [],
      faults: [],
    },
  ])
  const text = signatures[0]?.text as { en: string; 'zh-CN': string }
  t.match(text.en, /intact and covers the whole file.*trusted root.*not proven/)
  t.match(text['zh-CN'], /签名完整并覆盖整个文件/)
  t.equal(host.blobs.size, 0)
})

t.test('what is not allowed comes first, with its object and its place', async (t) => {
  const changed = update(signed, {
    4: stream('BT (9000) Tj ET'),
    8: (contract[8] ?? '').replace('(1000)', '(9000)'),
  })
  const { signatures } = await upload(changed)
  t.match(signatures, [
    {
      verdict: 'changed',
      changesAfter: 'suspicious',
      changes: [
        'CONTENT_CHANGED page 1/Contents, object 4, revision 3, not allowed',
        'FIELD_FILLED field Amount/V, object 8, revision 3',
      ],
      changeDetails: [
        {
          code: 'CONTENT_CHANGED',
          allowed: false,
          text: { en: 'The content of a page changed.', 'zh-CN': '页面内容被更改。' },
        },
        { code: 'FIELD_FILLED', allowed: true },
      ],
      changeCount: 2,
    },
  ])
})

t.test('what is no PDF, or no base64, is told', async (t) => {
  t.match(await upload(Buffer.from('no document')), {
    document: { problem: { code: 'PDF_END_MISSING' } },
    signatures: [],
  })
  await t.rejects(host.call('signature.verification', 'verifyUpload', { content: '====' }), {
    code: 'DOCUMENT_NOT_BASE64',
  })
  await t.rejects(host.call('signature.verification', 'verify', { blob: 'f'.repeat(64) }), {
    code: 'DOCUMENT_UNKNOWN',
  })
  const bad = await createTestHost({ folder, plugin, config: { trustAnchors: ['x'.repeat(60)] } })
  await t.rejects(bad.call('signature.verification', 'verifyUpload', { content: 'AAAA' }), {
    code: 'TRUST_ANCHOR_INVALID',
  })
})
