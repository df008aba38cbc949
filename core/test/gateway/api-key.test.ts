import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { makeApiKey, parseApiKey } from '../../src/gateway/api-key.ts'

t.test('a key that was made is read back: its id, and the hash that is kept', async (t) => {
  for (let round = 0; round < 200; round++) {
    const made = makeApiKey(randomBytes(45))
    const parsed = parseApiKey(made.key)
    t.equal(parsed?.id, made.id)
    t.equal(parsed?.hash, made.hash.toString('base64'))
    t.same(made.hash, createHash('sha256').update(made.key).digest())
  }
})

t.test('what is not shaped like a key is none', async (t) => {
  const { key } = makeApiKey(randomBytes(45))
  for (const text of [
    '',
    'dsk_',
    key.slice(0, -1),
    `${key}x`,
    ` ${key}`,
    key.toUpperCase(),
    `x${key}`,
  ]) {
    t.equal(parseApiKey(text), undefined, text)
  }
})
