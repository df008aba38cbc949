import '../plain-spawn.ts'
import t from 'tap'
import { readArrow, writeArrow } from '../../src/columns/arrow.ts'
import { columnFromValues, jsonValues } from '../../src/columns/column-values.ts'
import { RowBinaryReader } from '../../src/columns/row-binary-reader.ts'
import { rowBinaryType } from '../../src/columns/row-binary-types.ts'
import { writeRowBinary } from '../../src/columns/row-binary-writer.ts'
import { removeBundle, run, start } from './runner-process.ts'

t.teardown(removeBundle)

t.test('RowBinary in, RowBinary out, in the order of the rows', async (t) => {
  const rows = 70_000
  const types = ['Float64', 'Nullable(Float64)'].map(rowBinaryType)
  const price = Array.from({ length: rows }, (_, row) => row)
  const cost = price.map((row) => (row % 3 === 0 ? null : 1))
  const input = writeRowBinary(
    [columnFromValues('f64', price, 'price'), columnFromValues('f64', cost, 'cost')],
    types,
  )
  const declared = ['--args', 'Float64, Nullable(Float64)', '--returns', 'Nullable(Float64)']
  const { code, stdout, stderr } = await run(input, 'margin', ...declared)
  t.same([code, stderr], [0, ''])
  const reader = new RowBinaryReader([rowBinaryType('Nullable(Float64)')])
  reader.push(stdout, rows + 1)
  reader.end()
  const [result] = reader.take()
  const expected = price.map((row) => (row % 3 === 0 ? null : row - 1))
  t.same(result === undefined ? [] : jsonValues(result), expected)
})

t.test('a chunk is answered while the next has not come', async (t) => {
  const { child, ended } = start('margin', '--chunk-header')
  const answers: number[] = []
  for (const value of [10, 20]) {
    const row = Buffer.alloc(16)
    row.writeDoubleLE(value, 0)
    row.writeDoubleLE(1, 8)
    const answer = new Promise<Buffer>((resolve) => child.stdout.once('data', resolve))
    child.stdin.write(Buffer.concat([Buffer.from('1\n'), row]))
    answers.push((await answer).readDoubleLE(0))
  }
  child.stdin.end()
  t.same(answers, [9, 19])
  t.equal((await ended).code, 0)
})

t.test('Arrow in, Arrow out, and whole numbers become what the function takes', async (t) => {
  const input = writeArrow(
    [columnFromValues('utf8', ['a', null, '你'], 'x'), columnFromValues('i32', [1, 2, 3], 'y')],
    ['name', 'n'],
  )
  const { code, stdout, stderr } = await run(input, 'label', '--format', 'arrow')
  t.same([code, stderr], [0, ''])
  t.same(readArrow(stdout).map(jsonValues), [['a#1', null, '你#3']])
})
