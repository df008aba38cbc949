import t from 'tap'
import { SessionPool } from '../src/session-pool.ts'
import type { Account } from '../src/smtp-session.ts'

const account = {} as Account
const never = new AbortController().signal

/** A pool whose sessions and timers are the test's own. */
function setUp() {
  const timers = new Set<() => void>()
  const opened: { isOpen: boolean; close(): void; send: () => Promise<never[]> }[] = []
  const pool = new SessionPool({
    open: async () => {
      const session = {
        isOpen: true,
        close() {
          this.isOpen = false
        },
        send: async () => [],
      }
      opened.push(session)
      return session
    },
    after: (_, work) => {
      timers.add(work)
      return () => timers.delete(work)
    },
  })
  const passTime = () => {
    for (const work of [...timers]) work()
  }
  return { pool, opened, timers, passTime }
}

/** Work that ends when the test says so. */
function held() {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { work: () => ended, end: () => end() }
}

const ticks = async () => {
  for (let tick = 0; tick < 10; tick++) await Promise.resolve()
}

t.test('a connection serves the next mail of its account, and of no other', async (t) => {
  const { pool, opened, passTime } = setUp()
  await pool.use('acme', account, never, async () => 1)
  await pool.use('acme', account, never, async () => 2)
  t.equal(opened.length, 1)
  await pool.use('globex', account, never, async () => 3)
  t.equal(opened.length, 2)
  t.equal(pool.size, 2)
  passTime()
  t.equal(pool.size, 0)
  t.strictSame(
    opened.map(({ isOpen }) => isOpen),
    [false, false],
  )
})

t.test('a connection that failed, or that the server ended, is not used again', async (t) => {
  const { pool, opened } = setUp()
  const failed = pool.use('acme', account, never, () => Promise.reject(new Error('x')))
  await t.rejects(failed, { message: 'x' })
  t.equal(pool.size, 0)
  await pool.use('acme', account, never, async () => 1)
  const [, second] = opened
  if (second !== undefined) second.isOpen = false
  await pool.use('acme', account, never, async () => 2)
  t.equal(opened.length, 3)
  t.equal(pool.size, 1)
})

t.test('an account has two connections, and its other mails wait for their turn', async (t) => {
  const { pool, opened } = setUp()
  const works = [held(), held(), held(), held()]
  const done: number[] = []
  const uses = works.map(async ({ work }, index) => {
    await pool.use('acme', account, never, work)
    done.push(index)
  })
  await ticks()
  t.equal(opened.length, 2)
  works[1]?.end()
  works[2]?.end()
  await Promise.all([uses[1], uses[2]])
  t.strictSame(done, [1, 2])
  works[0]?.end()
  works[3]?.end()
  await Promise.all(uses)
  t.equal(opened.length, 2)
})

t.test('who waits too long is told to try again, and is not waited for', async (t) => {
  const { pool } = setUp()
  const works = [held(), held()]
  const uses = works.map(({ work }) => pool.use('acme', account, never, work))
  const late = new AbortController()
  const third = pool.use('acme', account, late.signal, async () => 3)
  await ticks()
  late.abort()
  await t.rejects(third, { code: 'CHANNEL_TRY_LATER' })
  for (const { end } of works) end()
  await Promise.all(uses)
  t.equal(await pool.use('acme', account, never, async () => 4), 4)
})

t.test('all accounts together have 64: idle ones give way, busy ones do not', async (t) => {
  const { pool, opened } = setUp()
  await pool.use('idle', account, never, async () => 0)
  const works = Array.from({ length: 64 }, held)
  const uses = works.map(({ work }, index) => pool.use(`t${index}`, account, never, work))
  await ticks()
  t.equal(pool.size, 64)
  t.equal(opened[0]?.isOpen, false)
  const more = pool.use('more', account, never, async () => 1)
  await t.rejects(more, { code: 'CHANNEL_TRY_LATER' })
  for (const { end } of works) end()
  await Promise.all(uses)
})
