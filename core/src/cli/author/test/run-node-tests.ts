import { glob } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { run, type test } from 'node:test'

export interface NodeTests {
  readonly passed: number
  readonly failed: readonly FailedTest[]
}

interface FailedTest {
  readonly name: string
  /** `test/stock.test.ts:12:1` */
  readonly at: string
  readonly reason: string
}

/** Files that `node --test` takes, in the folder where authors put them. */
const FILES = 'test/**/*.{test,spec}.{ts,mts,js,mjs}'

/** A test that hangs is told, rather than waited for. */
const TIMEOUT_MS = 60_000

/** Runs an author's own tests by Node's runner, each file in a process of its own. */
export async function runNodeTests(folder: string): Promise<NodeTests> {
  const files: string[] = []
  for await (const file of glob(FILES, { cwd: folder })) files.push(join(folder, file))
  if (files.length === 0) return { passed: 0, failed: [] }
  const preload = new URL('./resolve-sdk.ts', import.meta.url).href
  const failed: FailedTest[] = []
  let passed = 0
  const stream = run({
    files: files.sort(),
    cwd: folder,
    timeout: TIMEOUT_MS,
    execArgv: ['--no-warnings', '--import', preload],
  })
  for await (const { type, data } of stream) {
    if (type === 'test:pass' && data.details.type !== 'suite') passed++
    if (type === 'test:fail') failed.push(failedTest(folder, data))
  }
  return { passed, failed }
}

type TestFail = test.EventData.TestFail

function failedTest(folder: string, data: TestFail): FailedTest {
  const { name, file = folder, line = 1, column = 1, details } = data
  const { cause, message } = details.error
  const reason = cause instanceof Error ? cause.message : String(cause ?? message)
  return { name, at: `${relative(folder, file) || '.'}:${line}:${column}`, reason }
}
