import '../plain-spawn.ts'
import t from 'tap'
import { removeBundle, run } from './runner-process.ts'

t.teardown(removeBundle)

t.test('lines of JSON are answered in their own form', async (t) => {
  const lines = Buffer.from('{"name":"a","n":"1"}\n{"name":null,"n":2}\n')
  const { code, stdout } = await run(lines, 'label', '--format', 'jsonl')
  t.same([code, stdout.toString()], [0, '{"result":"a#1"}\n{"result":null}\n'])
})

t.test('whoever is at fault is told by code and exit code', async (t) => {
  const json = (...values: unknown[]) =>
    Buffer.from(values.map((v) => `${JSON.stringify(v)}\n`).join(''))
  const lines = ['--format', 'jsonl']
  const cases = [
    ['an unknown option', () => run(json(), 'margin', '--nope'), 2, 'signalbox-udf --bundle'],
    ['a row too short', () => run(json([1]), 'margin', ...lines), 3, 'SBX_FORMAT_LINE'],
    ['half a row', () => run(Buffer.alloc(5), 'margin'), 3, 'SBX_FORMAT_BYTES'],
    [
      'other columns',
      () => run(Buffer.alloc(8), 'margin', '--args', 'Float64'),
      3,
      'SBX_BATCH_ARGUMENTS',
    ],
    ['no such function', () => run(json(), 'nope', ...lines), 4, 'SBX_BATCH_UDF_MISSING'],
    ['a refusal', () => run(json([1], [3]), 'picky', ...lines), 4, 'TOO_MUCH, row 1'],
    [
      'an endless loop',
      () => run(json([1]), 'slow', ...lines, '--morsel-ms', '200'),
      4,
      'SBX_BATCH_MORSEL_TIMEOUT',
    ],
  ] as const
  for (const [name, ended, exitCode, told] of cases) {
    const { code, stderr } = await ended()
    t.equal(code, exitCode, name)
    t.match(stderr, told, name)
  }
})
