import t from 'tap'
import { readRelease } from '../../../web/pages/marketplace/release-statement.ts'

const envelope = (statement: unknown) =>
  JSON.stringify({ payload: Buffer.from(JSON.stringify(statement)).toString('base64') })

t.test(
  'a release says who published, by which key the author signed, and who approved',
  async (t) => {
    const predicate = {
      publisher: '发布者',
      publishedAt: '2026-01-01T00:00:00.000Z',
      author: { keyid: 'SHA256:abc', publicKey: 'x' },
      review: { required: 1, approvals: [{ reviewer: 'rita', publicKey: null, statement: '' }] },
    }
    t.same(readRelease(envelope({ predicate })), {
      publisher: '发布者',
      publishedAt: '2026-01-01T00:00:00.000Z',
      author: 'SHA256:abc',
      approvals: ['rita'],
    })
  },
)

t.test('what is no release is not read as one', async (t) => {
  for (const text of ['', 'null', '{"payload":"%"}', envelope(null), envelope({ predicate: [] })]) {
    t.equal(readRelease(text), undefined, text)
  }
})
