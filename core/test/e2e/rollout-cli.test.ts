import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { installProbe, probe, probeVersion } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { runCli } from '../support/run-cli.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const home = await temporaryHome(t)
await installProbe(host)
await publish(host, await probeVersion(home, '1.1.0'))
await host.client.request('POST', '/v1/plugins', { name: probe, version: '1.1.0' })
const day = 86_400_000
const steps = join(home, 'steps.json')
await writeFile(
  steps,
  JSON.stringify([
    { weightBp: 2500, hold: { durationMs: day } },
    { weightBp: 10_000, hold: {} },
  ]),
)

const rollout = (...words: string[]) => runCli(host, ['rollout', ...words])

async function started(): Promise<string> {
  const words = ['start', `${probe}@1.1.0`, '--steps', steps, '--by', 'tenant', '--json']
  const { code, output, errors } = await rollout(...words)
  t.equal(code, 0, errors)
  return JSON.parse(output).id
}

t.test('a rollout is started, explained, paused, resumed, watched and aborted', async (t) => {
  const id = await started()
  const status = await rollout('status', id)
  t.match(
    status.output,
    /^running · 1\.0\.0 → 1\.1\.0 · 25 % · step 1 of 2 · calls: 0 of 1\.0\.0, 0 of 1\.1\.0 · evidence /,
  )
  t.match(status.output, /\nwaits: .* s of the hold are left\n$/)
  t.match((await runCli(host, ['rollout', 'status', id], { language: 'zh' })).output, /^进行中 · /)
  const assignment = ['assignment', probe, '--tenant', 'acme', '--key', 'app', '--json']
  t.match(JSON.parse((await runCli(host, assignment)).output), { rollout: id, weightBp: 2500 })

  const watching = rollout('status', id, '--watch')
  t.match((await rollout('pause', id, '--reason', 'stock-taking')).output, 'stock-taking')
  t.match(JSON.parse((await rollout('resume', id, '--json')).output), { state: 'running' })
  t.match((await rollout('abort', id, '--reason', 'wrong totals')).output, /^aborted · .*totals\n$/)
  const { code, output } = await watching
  t.equal(code, 1, 'a script can tell')
  t.match(output.trimEnd().split('\n').at(-1), /^aborted · .*wrong totals$/)
})

t.test('a version is promoted by hand and taken back by its name', async (t) => {
  const id = await started()
  t.match((await rollout('promote', id)).output, /^completed/)
  t.equal((await rollout('status', id, '--watch')).code, 0)
  const wrong = await runCli(host, ['plugin', 'rollback', probe, '--to', '0.9.0', '--json'])
  t.equal(wrong.code, 1)
  t.equal(JSON.parse(wrong.errors).code, 'CORE_ROLLBACK_UNKNOWN')
  const back = await runCli(host, [
    'plugin',
    'rollback',
    probe,
    '--to',
    '1.0.0',
    '--reason',
    'a look',
  ])
  t.match(back.output, '@probe/one is back on 1.0.0')
})

t.test('what cannot be meant is refused with its cure', async (t) => {
  const plain = await rollout('start', probe, '--json')
  t.equal(JSON.parse(plain.errors).code, 'CORE_ARGUMENT_INVALID')
  const file = await rollout('start', `${probe}@1.1.0`, '--steps', join(home, 'none'), '--json')
  t.equal(JSON.parse(file.errors).code, 'CORE_ARGUMENT_INVALID')
  t.equal((await rollout('start', `${probe}@1.1.0`, '--by', 'moon')).code, 2)
  const missing = await rollout('abort', 'rol_0000000000000000', '--json')
  t.equal(JSON.parse(missing.errors).code, 'CORE_ROLLOUT_MISSING')
})
