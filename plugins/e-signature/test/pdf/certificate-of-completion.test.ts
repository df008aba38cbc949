import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { certificateOfCompletion } from '../../src/pdf/completion/certificate-of-completion.ts'
import type { CompletionFacts } from '../../src/pdf/completion/completion-rows.ts'
import { prepareDocument } from '../../src/pdf/prepare-document.ts'
import { FONT, programsMissing, said } from '../support/signed-file.ts'

const skip = await programsMissing('qpdf', 'pdftotext', 'pdfdetach', 'pdfinfo')
const folder = await mkdtemp(join(tmpdir(), 'signalbox-completion-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))

const facts = (language: 'en' | 'zh-CN', signers = 2): CompletionFacts => ({
  language,
  envelope: 'ENV-2026-0001',
  subject: '采购合同 DC-2026-001',
  sender: '王芳 <wang.fang@dongchen.example>',
  completedAt: '2026-11-27T18:00:00+08:00',
  documents: [{ name: '采购合同.pdf', pages: 12, sha256: 'ab'.repeat(32) }],
  recipients: Array.from({ length: signers }, (_, index) => ({
    name: index === 0 ? '\u3400伟' : `Signer ${index}`,
    role: 'signer',
    organisation: '东辰制造集团有限公司',
    identified: 'one-time code to +86 138****0000',
    viewedAt: '2026-11-27T17:00:00+08:00',
    signedAt: '2026-11-27T17:05:00+08:00',
    certificate: `CN=${'x'.repeat(150)}`,
  })),
  trail: [{ at: '2026-11-27T16:00:00+08:00', actor: '王芳', what: 'sent' }],
  chainHead: 'cd'.repeat(32),
  evidence: { name: 'evidence.json', bytes: new Uint8Array(Buffer.from('{"entries":[]}')) },
})

for (const language of ['en', 'zh-CN'] as const) {
  t.test(
    `a certificate of completion in ${language} shows the facts and has the evidence attached`,
    { skip },
    async (t) => {
      const bytes = certificateOfCompletion(facts(language), FONT)
      t.strictSame(
        certificateOfCompletion(facts(language), FONT),
        bytes,
        'the same facts give the same bytes',
      )
      const path = join(folder, `${language}.pdf`)
      await writeFile(path, bytes)
      t.match(await said('qpdf', '--check', path), /No syntax or stream encoding errors/)
      const text = await said('pdftotext', '-layout', path, '-')
      for (const word of [
        'ENV-2026-0001',
        '采购合同',
        'ab'.repeat(32),
        '+86 138****0000',
        'cd'.repeat(32),
      ])
        t.ok(text.includes(word), word)
      t.match(text, /\[U\+3400\]伟/, 'a character that the font lacks is shown by its number')
      await said('pdfdetach', '-save', '1', '-o', join(folder, 'evidence.json'), path)
      t.equal(await readFile(join(folder, 'evidence.json'), 'utf8'), '{"entries":[]}')
      const { plan, pages } = await prepareDocument(bytes, {
        fields: [
          {
            name: 'platform',
            kind: 'signature',
            signer: 'p',
            at: { page: 1, x: 400, y: 700, width: 140, height: 60 },
          },
        ],
        values: {},
        seals: [],
        signers: [],
        font: FONT,
      })
      t.strictSame([plan.fields.length, pages], [1, 1])
    },
  )
}

t.test('a certificate of many signers goes over as many pages as it needs', { skip }, async (t) => {
  const path = join(folder, 'long.pdf')
  await writeFile(path, certificateOfCompletion(facts('zh-CN', 40), FONT))
  const text = await said('pdftotext', '-layout', path, '-')
  const pages = Number(/Pages:\s+(\d+)/.exec(await said('pdfinfo', path))?.[1])
  t.ok(pages > 4)
  t.match(text, new RegExp(`第 ${pages} 页，共 ${pages} 页`))
  t.match(text, /Signer 39/)
})
