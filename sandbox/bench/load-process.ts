import autocannon from 'autocannon'
import type { LoadResult, LoadSettings } from './load.ts'

process.on('disconnect', () => process.exit(0))
const settings = JSON.parse(process.argv[2] ?? '{}') as LoadSettings
const result = await autocannon({
  url: settings.url,
  method: 'POST',
  headers: { 'content-type': 'application/json', ...settings.headers },
  body: settings.body,
  connections: settings.connections,
  pipelining: 1,
  duration: settings.seconds,
})
const answer: LoadResult = {
  requestsPerS: result.requests.average,
  requests: result.requests.total,
  non2xx: result.non2xx,
  errors: result.errors,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
}
process.send?.(answer, () => process.exit(0))
