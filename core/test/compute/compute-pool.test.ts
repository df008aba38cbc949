import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { columnFromValues, jsonValues, writeArrow } from '@signalbox/sandbox'
import t from 'tap'
import { ComputePool } from '../../src/compute/compute-pool.ts'

const MB = 1024 * 1024
const large = Buffer.alloc(5 * MB, 'signalbox')

t.test('small work is done where it is asked for, large work in a thread', async (t) => {
  const pool = new ComputePool({ threads: 1 })
  t.teardown(() => pool.stop())
  const sha = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest()
  const small = Buffer.from('x')
  t.same(Buffer.from(await pool.digest('sha256', small)), sha('sha256', small))
  t.match(pool.stats(), { inline: 1, threaded: 0 })
  t.same(Buffer.from(await pool.digest('sha512', large)), sha('sha512', large))
  t.match(pool.stats(), { inline: 1, threaded: 1, running: 0, queued: 0, queuedBytes: 0 })
})

t.test('signatures are checked by the type of their key', async (t) => {
  const pool = new ComputePool({ threads: 1 })
  t.teardown(() => pool.stop())
  const ed25519 = generateKeyPairSync('ed25519')
  const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (const [{ privateKey, publicKey }, algorithm] of [
    [ed25519, null],
    [ecdsa, 'sha256'],
  ] as const) {
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const signature = sign(algorithm, large, privateKey)
    t.equal(await pool.verify(large, signature, pem), true)
    t.equal(await pool.verify(large.subarray(1), signature, pem), false)
  }
})

t.test('Arrow is decoded, and what is none is refused by its own code', async (t) => {
  const pool = new ComputePool({ threads: 1 })
  t.teardown(() => pool.stop())
  const values = Array.from({ length: 20_000 }, (_, row) => row)
  const bytes = writeArrow([columnFromValues('f64', values, 'x')], ['x'])
  const [column] = await pool.readArrow(bytes)
  t.same(column === undefined ? [] : jsonValues(column), values)
  t.equal(pool.stats().threaded, 1)
  await t.rejects(pool.readArrow(Buffer.alloc(MB, 'x')), { code: 'SBX_FORMAT_BYTES' })
})

t.test('what finds no room, or no thread in time, is told so', async (t) => {
  const pool = new ComputePool({ threads: 1, maxQueued: 1, maxQueuedBytes: 6 * MB, deadlineMs: 1 })
  t.teardown(() => pool.stop())
  const ask = () =>
    pool.digest('sha512', large).then(
      () => 'ok',
      (error: { code: string }) => error.code,
    )
  const [first, second, third] = [ask(), ask(), ask()]
  // Starting the thread alone takes longer than the deadline.
  t.equal(await first, 'CORE_COMPUTE_DEADLINE')
  t.equal(await second, 'CORE_COMPUTE_DEADLINE')
  t.equal(await third, 'CORE_COMPUTE_BUSY')
})
