import { OpenFeature } from '@openfeature/server-sdk'
import { SignalboxProvider } from '@signalbox/sdk/openfeature'
import t from 'tap'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const release = await releaseProbe(t, host)
await release('1.0.0')
await release('1.1.0')
const acme = await setUpTenant(host, 'acme')

// A loaded machine answers late; that a deadline is kept is tried in the SDK's own tests.
const settings = { url: host.url, deadlineMs: 20_000, freshMs: 0, tenant: 'acme' }
await OpenFeature.setProviderAndWait(new SignalboxProvider({ ...settings, token: OPERATOR_TOKEN }))
t.teardown(() => OpenFeature.close())
const client = OpenFeature.getClient()
const ask = (targetingKey: string) => client.getStringDetails(probe, 'none', { targetingKey })

t.test('before a rollout a flag is the stable version', async (t) => {
  t.match(await ask('app'), { value: '1.0.0', variant: '1.0.0', reason: 'STATIC' })
  t.match(await client.getStringDetails('@probe/other', 'none', { targetingKey: 'app' }), {
    value: 'none',
    reason: 'ERROR',
    errorCode: 'FLAG_NOT_FOUND',
  })
})

t.test('during a rollout it is the version that the key’s calls meet', async (t) => {
  const steps = [
    { weightBp: 5000, hold: { durationMs: 86_400_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: probe, version: '1.1.0', steps, cohortBy: 'app' }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  const found = await ask('app')
  const { headers } = await callProbe(host, acme.key, 'echo', { text: 'x' })
  t.equal(found.value, headers.get('signalbox-version'), 'as the call says')
  t.match(found, { reason: 'SPLIT', flagMetadata: { rollout: id } })
  const bucket = Number(found.flagMetadata['bucket'])
  t.equal(found.flagMetadata['arm'], bucket < 5000 ? 'canary' : 'stable')
  t.match(found.flagMetadata['reason'], `bucket ${bucket} of 10000`)
  const others = await Promise.all(Array.from({ length: 40 }, (_, key) => ask(`app-${key}`)))
  t.same([...new Set(others.map(({ value }) => value))].sort(), ['1.0.0', '1.1.0'])
  const isNew = await client.getBooleanValue(probe, false, { targetingKey: 'app' })
  t.equal(isNew, found.value === '1.1.0')
  await host.client.request('POST', `/v1/rollouts/${id}/abort`, {})
  t.match(await ask('app'), { value: '1.0.0', reason: 'STATIC' })
})

t.test('a token that may not read rollouts is refused, and the default is given', async (t) => {
  const token = acme.adminToken
  await OpenFeature.setProviderAndWait('admin', new SignalboxProvider({ ...settings, token }))
  const path = `/v1/assignment?plugin=${encodeURIComponent(probe)}&tenant=acme&key=app`
  t.equal((await refusal(host.as(token).request('GET', path))).code, 'CORE_FORBIDDEN')
  const details = await OpenFeature.getClient('admin').getStringDetails(probe, 'none', {
    targetingKey: 'app',
  })
  t.match(details, { value: 'none', reason: 'ERROR' })
})

t.test('a host that was killed leaves the last version known', async (t) => {
  t.match(await ask('app'), { value: '1.0.0' })
  await host.kill()
  t.match(await ask('app'), { value: '1.0.0', reason: 'STALE' })
  t.match(await ask('never asked'), { value: 'none', reason: 'ERROR' })
})
