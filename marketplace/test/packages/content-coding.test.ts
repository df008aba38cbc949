import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { codingOf, encode } from '../../src/packages/content-coding.ts'

t.test('a client is given the best form that it takes', async (t) => {
  for (const [asked, coding] of [
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=0.5', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br; q=0.000, gzip; q=0', 'identity'],
    ['zstd, deflate', 'identity'],
    ['gzipped', 'identity'],
  ] as const) {
    t.equal(codingOf(asked), coding, String(asked))
  }
})

t.test('what is compressed is what it was', async (t) => {
  const bytes = Buffer.from('the same words again and again, '.repeat(500))
  t.ok(gunzipSync(await encode(bytes, 'gzip')).equals(bytes))
  t.ok(brotliDecompressSync(await encode(bytes, 'br')).equals(bytes))
})
