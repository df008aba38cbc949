import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { defaultPolicy } from '../../marketplace/src/review/review-policy.ts'
import { HostClient } from '../src/cli/host-client.ts'
import { startHost } from '../src/main.ts'
import { readSettings } from '../src/settings.ts'

/** A whole host in a data folder of its own, with a publisher whose versions wait for nobody. */
const home = await mkdtemp(join(tmpdir(), 'signalbox-market-'))
const settings = readSettings({ PORT: '0', SIGNALBOX_HOME: home, LOG_LEVEL: 'warn' }, home)
const host = await startHost(settings, { log: pino({ level: 'warn' }, pino.destination(2)) })
const client = new HostClient({ url: host.url, token: host.adminToken })
await client.request('PUT', '/v1/marketplace/review-policy', { ...defaultPolicy, mode: 'off' })
const { token } = await client.request<{ token: string }>('POST', '/v1/marketplace/publishers', {
  name: 'bench',
  scopes: ['@bench'],
})
process.send?.({ registry: `${host.url}/npm/`, token })
process.on('message', () => {
  const memory = { rss: process.memoryUsage.rss(), maxRss: process.resourceUsage().maxRSS * 1024 }
  process.send?.({ ...process.cpuUsage(), ...memory })
})
process.on('disconnect', () => {
  void host
    .stop()
    .finally(() => rm(home, { recursive: true, force: true }))
    .finally(() => process.exit(0))
})
