import autocannon from 'autocannon'
import type { LoadResult, LoadSettings } from './load.ts'

process.on('disconnect', () => process.exit(0))
const settings = JSON.parse(process.argv[2] ?? '{}') as LoadSettings

/**
 * Where it never sleeps: to wake it costs the server a system call's worth for each answer (on a virtual machine, where an idle
 * processor has left it, several times that), and the more of them the slower the server is, since a fast one finds it awake.
 */
let isDone = settings.staysAwake !== true
const stayAwake = () => {
  if (!isDone) setImmediate(stayAwake)
}
stayAwake()
const { body, paths, headers } = settings
const result = await autocannon({
  url: settings.url,
  ...(body === undefined
    ? { headers: headers ?? {} }
    : { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }),
  ...(paths === undefined ? {} : { requests: paths.map((path) => ({ path })) }),
  connections: settings.connections,
  pipelining: 1,
  duration: settings.seconds,
})
isDone = true
const answer: LoadResult = {
  requestsPerS: result.requests.average,
  requests: result.requests.total,
  non2xx: result.non2xx,
  errors: result.errors,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
}
process.send?.(answer, () => process.exit(0))
