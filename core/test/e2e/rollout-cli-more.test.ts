import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { installProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { type CliOptions, runCli } from '../support/run-cli.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const home = await temporaryHome(t)
await installProbe(host)
const { adminToken } = await setUpTenant(host, 'acme')
for (const version of ['1.1.0', '1.2.0']) {
  await publish(host, await probeVersion(home, version))
  await host.client.request('POST', '/v1/plugins', { name: probe, version })
}
const day = 86_400_000
const steps = join(home, 'steps.json')
const asking = join(home, 'asking.json')
const last = { weightBp: 10_000, hold: {} }
await writeFile(steps, JSON.stringify([{ weightBp: 2500, hold: { durationMs: day } }, last]))
await writeFile(
  asking,
  JSON.stringify([{ approve: { tenant: 'acme' } }, { ...last, hold: { durationMs: day } }]),
)

const rollout = (words: readonly string[], options?: CliOptions) =>
  runCli(host, ['rollout', ...words], options)

async function idOf(words: readonly string[]): Promise<string> {
  const { output, errors } = await rollout([...words, '--json'])
  t.equal(errors, '')
  return JSON.parse(output).id
}

t.test('what a plan could find is told before anything is planned', async (t) => {
  const words = ['validate', `${probe}@1.1.0`, '--steps', steps]
  const { code, output } = await rollout(words)
  t.equal(code, 0)
  t.match(output, /no call came in the last quarter of an hour/)
  t.match(output, /^25 % · \d+ calls in the step\n {2}dead: /m)
  t.match((await rollout(words, { language: 'zh' })).output, /完全失效/)
  const faulty = await rollout(['validate', `${probe}@9.9.9`, '--steps', steps])
  t.match(faulty, { code: 1, output: /^\/version: is not installed/ })
})

t.test('a newer version supersedes an older one, and is tried again', async (t) => {
  const older = await idOf(['start', `${probe}@1.1.0`, '--steps', steps])
  const refused = await rollout(['start', `${probe}@1.2.0`, '--steps', steps])
  t.match(refused, { code: 1, errors: /no other rollout of the plugin is running/ })
  const words = ['start', `${probe}@1.2.0`, '--steps', steps, '--supersedes']
  const newer = await idOf(words)
  t.match((await rollout(['status', older], { language: 'zh' })).output, /^已被取代 · .*取代/)
  const watched = await rollout(['status', older, '--watch'])
  t.match(watched, { code: 1, output: /^superseded/ }, 'a script can tell')
  t.match((await rollout(['retry', newer, '--force'])).errors, /CORE_ROLLOUT_RETRY_REFUSED/)
  const analysis = await rollout(['analysis', newer])
  t.match(analysis.output, /^evidence \S+ \/ 100 · calls: 0 of 1\.0\.0, 0 of 1\.2\.0 · /)
  t.match(analysis.output, / · start · operator · /)
  await rollout(['abort', newer])
  const planned = await rollout(['retry', newer, '--version', '1.1.0'])
  t.match(planned.output, /^Rollout rol_\w+ is planned: @probe\/one 1\.0\.0 → 1\.1\.0\. Start it: /)
  const again = /rol_\w+/.exec(planned.output)?.[0] ?? ''
  t.match((await rollout(['supersede', again, '--reason', 'mended'])).output, /^running · /)
  const where = ['assignment', probe, '--tenant', 'acme', '--key', 'k', '--app', 'planner']
  t.match((await rollout(where, { language: 'zh' })).output, /落入 10000 个桶/)
  await rollout(['abort', again])
})

t.test('an approval is listed and given by the admin who is asked', async (t) => {
  const id = await idOf(['start', `${probe}@1.1.0`, '--steps', asking])
  const admin = { token: adminToken }
  t.match((await rollout(['approvals', '--tenant', 'acme'], admin)).output, new RegExp(`^${id} · `))
  const own = await rollout(['approve', id])
  t.match(own, { code: 1, errors: /CORE_FORBIDDEN/ }, 'not by the operator')
  t.match((await rollout(['approve', id], admin)).output, /^Approved: @probe\/one .* 100 %\.\n$/)
  t.match((await rollout(['approvals', '--tenant', 'acme'], admin)).output, /^Nothing waits/)
  await rollout(['abort', id])
})

t.test('a freeze and a lockdown are set, listed and taken away', async (t) => {
  const zone = ['--time-zone', 'Asia/Shanghai']
  const time = ['--days', 'fri,sat', '--from', '18:00', '--to', '08:00', ...zone]
  t.equal((await rollout(['freeze', 'nights', ...time, '--reason', 'nobody is here'])).code, 0)
  t.match(
    (await rollout(['freezes'])).output,
    /^nights · .* · all plugins · fri,sat Asia\/Shanghai 18:00 – 08:00 · nobody is here\n$/,
  )
  const wrong = ['freeze', 'nights', '--from', 'noon', '--to', 'night', '--reason', 'x', '--json']
  t.match(JSON.parse((await rollout(wrong)).errors), {
    code: 'CORE_INPUT_INVALID',
    errors: [{ pointer: '/time/from' }],
  })
  t.equal((await rollout(['freeze', 'nights'])).code, 2)
  t.match((await rollout(['unfreeze', 'nights'], { language: 'zh' })).output, '已删除')
  t.match(
    (await rollout(['lockdown', 'on', '--reason', 'fire'])).output,
    'Locked down by operator: fire',
  )
  t.match((await rollout(['start', `${probe}@1.1.0`, '--steps', steps])).errors, /no lockdown/)
  t.match(
    (await rollout(['lockdown', 'status'], { language: 'zh' })).output,
    /已由 operator 全面锁定/,
  )
  t.match((await rollout(['lockdown', 'off'])).output, 'No lockdown')
})

t.test('cohorts are stored by name', async (t) => {
  const put = await rollout(['cohorts', 'put', 'suzhou', 'unit:acme/suzhou', 'app:acme/erp'])
  t.equal(put.output, 'suzhou · unit:acme/suzhou app:acme/erp\n')
  t.equal((await rollout(['cohorts', 'list'])).output, put.output)
  const wrong = await rollout(['cohorts', 'put', 'suzhou', 'everybody', '--json'])
  t.match(JSON.parse(wrong.errors), { errors: [{ pointer: '/members/0' }] })
  t.match((await rollout(['cohorts', 'remove', 'suzhou'])).output, 'taken away')
  t.match((await rollout(['cohorts', 'list'])).output, 'There are no cohorts')
})
