import '../../../sandbox/test/plain-spawn.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { postmasterPid } from '../support/embedded-server.ts'
import { temporaryHome } from '../support/host-process.ts'
import { isAlive, until } from '../support/processes.ts'

t.test('a host ends in order with the test that started it, though that was killed', async (t) => {
  const home = await temporaryHome(t)
  const script = join(import.meta.dirname, '../support/killed-test.ts')
  const test = spawn(process.execPath, [script, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => test.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: test.stdout }), 'line')) as [string]
  const host = Number(line)
  const postgres = await postmasterPid(home)
  t.ok(isAlive(host) && isAlive(postgres))
  test.kill('SIGKILL')
  await until(() => !isAlive(host) && !isAlive(postgres), 120_000)
  t.notOk(isAlive(host))
})
