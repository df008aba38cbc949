import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { HostProcess } from './host-process.ts'
import { type OutboundServer, outboundServer } from './outbound-server.ts'
import { packedFixture } from './packed-fixture.ts'
import { setUpTenant, type TenantSetup } from './probe.ts'
import { publish } from './publish.ts'

/** A plugin that goes through everything that a trace shows; see fixtures/traced-plugin. */
const traced = '@traced/one'
export const tracedService = 'traced.one'

const capabilities = [
  'db:own',
  'service:call',
  'http:fetch',
  'event:publish',
  'event:subscribe',
] as const

/** @param origin which a test's server has: its port is known when it listens */
export async function setUpTraced(
  host: HostProcess,
  home: string,
  origin: string,
): Promise<TenantSetup> {
  const folder = join(home, 'traced')
  await cp(await packedFixture('traced-plugin'), folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  const text = await readFile(manifest, 'utf8')
  const packageJson = JSON.parse(text.replace('https://api.example.com', origin))
  await writeFile(manifest, JSON.stringify({ ...packageJson, scripts: {} }))
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: traced })
  const wish = { plugin: traced, service: tracedService, capabilities: [...capabilities] }
  return setUpTenant(host, 'acme', wish)
}

/** A span as OTLP has it in JSON, with its attributes as an object. */
export interface SeenSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly start: number
  readonly end: number
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
}

export interface OtlpReceiver {
  readonly server: OutboundServer
  readonly spans: () => readonly SeenSpan[]
}

/** A receiver of OTLP/HTTP in JSON. */
export async function otlpReceiver(t: Pick<Test, 'teardown'>): Promise<OtlpReceiver> {
  const server = await outboundServer(t, (_, response) => {
    response.setHeader('content-type', 'application/json').end('{}')
  })
  return { server, spans: () => server.requests.flatMap(({ body }) => spansIn(body)) }
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SeenSpan, 'attributes' | 'resource' | 'start' | 'end'> & {
        readonly attributes: readonly Attribute[]
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
      })[]
    }[]
  }[]
}

function spansIn(body: string): readonly SeenSpan[] {
  const { resourceSpans } = JSON.parse(body) as Exported
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, ...span }) => ({
        ...span,
        start: Number(startTimeUnixNano) / 1e6,
        end: Number(endTimeUnixNano) / 1e6,
        attributes: valuesOf(attributes),
        resource: valuesOf(resource.attributes),
      })),
    ),
  )
}

function valuesOf(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
