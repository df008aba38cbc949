import { spawnSync } from 'node:child_process'
import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'

const script = join(import.meta.dirname, '../../../.ci/run')

/** Stands for npm: a test run leaves the closing line it is given, and ends with the status it is given. */
const npm = `#!/usr/bin/env bash
if [ "$1" = test ]; then
  for last; do :; done
  printf '%s\\n' "$CLOSING" > "\${last#--output-file=}"
  exit "$STATUS"
fi
exit 0
`

/** The last line of `.ci/run` in a project with one step beside its tests. */
async function verdictOf(t: Test, closing: string, status: number) {
  const folder = t.testdir({
    bin: { npm },
    'package.json': JSON.stringify({ scripts: { 'check:types': 'tsc' } }),
  })
  await mkdir(join(folder, '.ci'))
  await copyFile(script, join(folder, '.ci/run'))
  await chmod(join(folder, 'bin/npm'), 0o755)
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    CLOSING: closing,
    STATUS: `${status}`,
  }
  const ran = spawnSync('bash', [join(folder, '.ci/run')], { env, encoding: 'utf8' })
  return { last: ran.stdout.trim().split('\n').at(-1), status: ran.status }
}

const cases: [what: string, closing: string, status: number, last: string, exit: number][] = [
  ['all is well', '# { total: 19, pass: 19 }', 0, '22 passed, 0 failed', 0],
  ['one assertion fails', '# { total: 19, pass: 18, fail: 1 }', 1, '20 passed, 1 failed', 1],
  ['a hook fails after the last test', '# { total: 19, pass: 19 }', 1, '21 passed, 1 failed', 1],
  ['the run is timed out', '# { total: 7, pass: 7 }', 124, '9 passed, 1 failed', 1],
  ['no test ran', '', 0, '2 passed, 1 failed', 1],
  ['the runner does not start', '', 1, '2 passed, 1 failed', 1],
]

for (const [what, closing, status, last, exit] of cases) {
  t.test(`CI counts each failure once when ${what}`, async (t) => {
    t.same(await verdictOf(t, closing, status), { last, status: exit })
  })
}
