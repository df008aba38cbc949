import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { outboundServer } from '../support/outbound-server.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { setUpTraced, tracedService } from '../support/traced.ts'

const docs = join(import.meta.dirname, '../../docs')
const PATIENCE_MS = 60_000

const elsewhere = await outboundServer(t, (_, response) => response.end('sunny'))
const { hostUrl, pluginUrl } = await testDatabases(t)
const environment = {
  PLUGIN_DATABASE_URL: pluginUrl,
  SIGNALBOX_FETCH_ALLOW: elsewhere.origin,
  SIGNALBOX_KEY_FILE: await keyFile(t),
}
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const { key } = await setUpTraced(host, await temporaryHome(t), elsewhere.origin)
const reply = await fetch(`${host.url}/api/${tracedService}/v1/note`, {
  method: 'POST',
  headers: {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': '"once"',
  },
  body: JSON.stringify({ text: 'x', url: elsewhere.origin }),
})
if (reply.status !== 200) throw new Error(await reply.text())
await reply.text()
await until(async () => {
  const text = await metricsText()
  return (
    /^signalbox_backlog_seconds\{/m.test(text) &&
    /^signalbox_service_level_measured_ratio\{/m.test(text) &&
    /^signalbox_event_lag_seconds_count [1-9]/m.test(text)
  )
}, PATIENCE_MS)
const text = await metricsText()

function metricsText(): Promise<string> {
  return fetch(`${host.url}/metrics`).then((response) => response.text())
}

/** Labels of each name that a line of samples has; of a name without samples none. */
const labelsOf = new Map<string, Set<string>>()
for (const [, name = '', labels = ''] of text.matchAll(/^(signalbox_\w+)(?:\{(.*)\})? \S+$/gm)) {
  const known = labelsOf.get(name) ?? new Set()
  for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
  labelsOf.set(name, known)
}
const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name)

/** What Prometheus itself adds to each sample. */
const added = new Set(['instance', 'job'])

interface Query {
  readonly expr?: string
  readonly legendFormat?: string
  readonly definition?: string
}

t.test('the dashboard asks only for what a host exports, by labels that it has', async (t) => {
  const dashboard = JSON.parse(await readFile(join(docs, 'grafana/signalbox.json'), 'utf8'))
  const queries: readonly Query[] = [
    ...dashboard.panels.flatMap(({ targets = [] }: { targets?: readonly Query[] }) => targets),
    ...dashboard.templating.list.filter(({ definition }: Query) => definition !== undefined),
    ...dashboard.annotations.list,
  ]
  t.ok(queries.length > 20)
  for (const { expr, definition, legendFormat = '' } of queries) {
    const asked = String(expr ?? definition)
    const used = [...asked.matchAll(/\b(signalbox_\w+)(?:\{([^}]*)\})?/g)]
    t.ok(used.length > 0, asked)
    const grouped = [...asked.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, by = '']) =>
      by.split(', '),
    )
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
    for (const [, name = '', selectors = ''] of used) {
      const has = labelsOf.get(name)
      t.ok(has !== undefined || names.includes(name), `${name} is exported`)
      const selected = [...selectors.matchAll(/(\w+)[=!]~?"/g)].map(([, label = '']) => label)
      const of = new Set([...selected, ...(used.length === 1 ? [...grouped, ...shown] : [])])
      for (const label of of) t.ok(has?.has(label) || added.has(label), `${name} has ${label}`)
    }
  }
  const variables = dashboard.templating.list.map(({ name }: { name: string }) => name)
  t.same(variables, ['datasource', 'service', 'version', 'objective'])
})

t.test('the table of the documentation has every metric of a host, and no other', async (t) => {
  const page = await readFile(join(docs, 'observability.md'), 'utf8')
  const told = [...page.matchAll(/^\| `(signalbox_\w+)`/gm)].map(([, name = '']) => name)
  const own = names.filter((name) => !/^signalbox_(process|nodejs)_/.test(name))
  t.same(told.toSorted(), own.toSorted())
})

t.test('what the alerts of the documentation ask for is exported', async (t) => {
  const page = await readFile(join(docs, 'observability.md'), 'utf8')
  const used = [...page.matchAll(/expr: (.*)$/gm)].flatMap(([, expr = '']) =>
    [...expr.matchAll(/signalbox_\w+/g)].map(([name]) => name),
  )
  t.ok(used.length > 5)
  for (const name of used) t.ok(labelsOf.has(name) || names.includes(name), name)
})
