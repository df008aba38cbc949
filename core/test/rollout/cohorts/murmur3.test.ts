import t from 'tap'
import { murmur3 } from '../../../src/rollout/cohorts/murmur3.ts'

/** MurmurHash3_x86_32, seed 0, over UTF-8; those in ASCII are the published ones. */
const vectors: readonly (readonly [text: string, hash: number])[] = [
  ['', 0],
  ['a', 0x3c2569b2],
  ['abc', 0xb3dd93fa],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ['中', 0xdedf5c52],
  ['库存预测', 0xe44a5c92],
  ['苏州工厂:东辰', 0xd57bfad1],
  ['😀', 0xbeb42efa],
  ['a😀é', 0x7bd977f5],
  ['x'.repeat(1000), 0x7120440e],
  ['料'.repeat(700), 0xb273fdaf],
]

t.test('texts hash as the reference does over their UTF-8 bytes', async (t) => {
  for (const [text, hash] of vectors) t.equal(murmur3(text), hash, text.slice(0, 20))
})

t.test('20,000 keys of one Chinese character keep 20,000 hashes', async (t) => {
  const hashes = new Set<number>()
  for (let code = 0x4e00; code < 0x4e00 + 20_000; code++) {
    hashes.add(murmur3(String.fromCharCode(code)))
  }
  t.equal(hashes.size, 20_000)
})

t.test('half of a surrogate pair hashes as the character that stands for it', async (t) => {
  t.equal(murmur3('a\ud83d'), murmur3('a\ufffd'))
})

t.test('a long text hashes the same whether it fits the kept buffer or not', async (t) => {
  const long = 'y'.repeat(300)
  const before = murmur3('short')
  t.not(murmur3(long), murmur3(`${long}y`))
  t.equal(murmur3('short'), before)
})
