import { fstatSync, writevSync } from 'node:fs'
import t, { type Test as TestBase } from 'tap'
import { inputAt, MorselFile, resultAt } from '../../src/batch/morsel-file.ts'
import { fixedColumn } from '../../src/columns/column.ts'
import { GatheredColumn } from '../../src/columns/gathered-column.ts'
import { packColumns } from '../../src/columns/pack-columns.ts'

/** Copied at once, and by a thread. */
const sizes = [10, 40_000]

const packed = (rows: number) =>
  packColumns([fixedColumn('f64', new Float64Array(rows).fill(1.5))], rows)

/** A closed file, and the one that got its number. */
function successors(t: TestBase) {
  const closed = new MorselFile(1)
  closed.close()
  const next = new MorselFile(1)
  t.equal(next.fd, closed.fd)
  t.teardown(() => next.close())
  return { closed, next }
}

t.test('what comes too late for a file is not written to the next one', async (t) => {
  for (const rows of sizes) {
    const { closed, next } = successors(t)
    await t.rejects(closed.write(0, packed(rows)), /closed/)
    t.equal(fstatSync(next.fd).size, 0)
  }
})

t.test('a result is not read from the next file', async (t) => {
  for (const rows of sizes) {
    const { closed, next } = successors(t)
    const { parts, byteLength } = packed(rows)
    writevSync(next.fd, [...parts], resultAt(0))
    const into = new GatheredColumn(rows)
    await t.rejects(closed.read(0, byteLength, { from: 0, to: rows }, into), /closed/)
    t.ok(await next.read(0, byteLength, { from: 0, to: rows }, into))
  }
})

t.test('a descriptor is closed once, when the copy that is under way has ended', async (t) => {
  const file = new MorselFile(1)
  const writing = file.write(0, packed(40_000))
  file.close()
  t.doesNotThrow(() => fstatSync(file.fd), 'the copy goes on')
  await writing
  t.throws(() => fstatSync(file.fd), { code: 'EBADF' })
  const next = new MorselFile(1)
  t.equal(next.fd, file.fd)
  file.close()
  await next.write(0, packed(10))
  t.ok(fstatSync(next.fd).size > inputAt(0))
  next.close()
})
