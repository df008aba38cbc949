import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)

t.test('a host without descriptors to spare is told so, and lives on', async (t) => {
  const program = fileURLToPath(new URL('./host-without-descriptors.ts', import.meta.url))
  const script = 'ulimit -n 60 && exec "$0" "$1"'
  const { stdout } = await run('sh', ['-c', script, process.execPath, program], { env: {} })
  t.same(JSON.parse(stdout), { ok: false, reason: 'its process could not be started: EMFILE' })
})
