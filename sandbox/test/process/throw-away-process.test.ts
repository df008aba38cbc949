import '../plain-spawn.ts'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { runThrowAway } from '../../src/process/throw-away-process.ts'

const run = promisify(execFile)

t.test('a host without descriptors to spare is told so, and lives on', async (t) => {
  const program = fileURLToPath(new URL('./host-without-descriptors.ts', import.meta.url))
  const script = 'ulimit -n 60 && exec "$0" "$1"'
  const { stdout } = await run('sh', ['-c', script, process.execPath, program], { env: {} })
  const reason = 'its process could not be started: EMFILE'
  t.same(JSON.parse(stdout), { ok: false, reason, isStarted: false })
})

t.test('a program with a part that is not there did not start, and names no file', async (t) => {
  const folder = t.testdir({
    'broken.mjs': "import 'gone'\n",
    'slow.mjs': "throw new RangeError('too deep')\n",
  })
  const limits = { deadlineMs: 60_000, residentMb: 1024, answerBytes: 1024 }
  t.same(await runThrowAway([join(folder, 'broken.mjs')], Buffer.from('input'), limits), {
    ok: false,
    reason: 'its process could not be started: ERR_MODULE_NOT_FOUND',
    isStarted: false,
  })
  t.same(await runThrowAway([join(folder, 'slow.mjs')], Buffer.from('input'), limits), {
    ok: false,
    reason: 'RangeError: too deep',
    isStarted: true,
  })
})
