import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { acceptedEncodings, CompressedFiles } from '../../src/pages/compressed-files.ts'

const text = Buffer.from('a line that comes again and again\n'.repeat(1000))
const file = (sha256: string, size = text.length) => ({ sha256, size })

t.test('what a client can read is taken at its word', async (t) => {
  t.strictSame(acceptedEncodings('gzip, deflate, br, zstd'), ['br', 'gzip'])
  t.strictSame(acceptedEncodings('br;q=0, gzip;q=0.5'), ['gzip'])
  t.strictSame(acceptedEncodings('identity'), [])
  t.strictSame(acceptedEncodings(undefined), [])
})

t.test('a file is compressed once, whoever asks for it', async (t) => {
  const files = new CompressedFiles()
  let reads = 0
  const read = async () => {
    reads += 1
    return text
  }
  const answers = await Promise.all([1, 2, 3].map(() => files.of(file('a'), 'br', read)))
  for (const bytes of answers) t.same(brotliDecompressSync(bytes as Buffer), text)
  t.equal(reads, 1)
  t.same(gunzipSync((await files.of(file('a'), 'gzip', read)) as Buffer), text)
})

t.test('what is too small, too large or one too many at once is sent as it is', async (t) => {
  const files = new CompressedFiles()
  t.equal(await files.of(file('small', 10), 'br', async () => text), undefined)
  t.equal(await files.of(file('large', 5_000_000), 'br', async () => text), undefined)
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const held = [files.of(file('b'), 'br', () => promise), files.of(file('c'), 'br', () => promise)]
  t.equal(await files.of(file('d'), 'br', async () => text), undefined)
  resolve(text)
  for (const bytes of await Promise.all(held)) t.ok(bytes)
  t.ok(await files.of(file('d'), 'br', async () => text), 'there is room again')
})

t.test('one that cannot be read is asked for again', async (t) => {
  const files = new CompressedFiles()
  await t.rejects(files.of(file('e'), 'br', async () => Promise.reject(new Error('away'))))
  t.ok(await files.of(file('e'), 'br', async () => text))
})

t.test('what is made for one answer is compressed and not held, while there is room', async (t) => {
  const files = new CompressedFiles()
  t.same(brotliDecompressSync((await files.once(text, 'br')) as Buffer), text)
  t.equal(await files.once(Buffer.from('short'), 'br'), undefined)
  const two = [files.once(text, 'br'), files.once(text, 'gzip')]
  t.equal(await files.once(text, 'br'), undefined, 'one too many at once')
  for (const bytes of await Promise.all(two)) t.ok(bytes)
})
