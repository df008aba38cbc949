import { capabilities } from '../src/broker/capabilities.ts'
import { capabilityReference } from '../src/broker/capability-reference.ts'
import type { HostCall } from '../src/broker/host-call.ts'
import { httpFetch } from '../src/broker/http/http-fetch.ts'
import { netAddresses } from '../src/broker/http/net-addresses.ts'
import { openKeys } from '../src/keys/open-keys.ts'
import { REVEAL, revealCall } from '../src/secrets/reveal-call.ts'

const BEGIN = '<!-- generated: capabilities -->'
const END = '<!-- end of generated -->'

/** Stands for every port: what a host call says of itself needs none, and nothing runs here. */
const anyPort: never = new Proxy(() => undefined, {
  get: () => anyPort,
  apply: () => anyPort,
}) as never

/** Every host call that the broker offers, by name. */
export function offeredCalls(): Readonly<Record<string, HostCall>> {
  const forTrusted = { [REVEAL]: revealCall(anyPort), 'net.addresses': netAddresses(anyPort) }
  const ports = { httpFetch: httpFetch(anyPort), keys: openKeys(anyPort).calls, forTrusted }
  return capabilities(
    new Proxy(ports, { get: (own, name) => Reflect.get(own, name) ?? anyPort }) as never,
  )
}

/** The author's page with its table made anew. @throws when the page has no place for it */
export function withCapabilityTable(page: string): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`no ${BEGIN} in the page`)
  return `${before}${BEGIN}\n${table()}\n${END}${after}`
}

function table(): string {
  const head = ['call', 'grant', 'does', 'limits', 'effect, audit', 'errors of its own', 'example']
  const rows = Object.entries(offeredCalls())
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, call]) => rowOf(name, call))
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function rowOf(name: string, call: HostCall): string[] {
  const row = capabilityReference[name]
  if (row === undefined) throw new Error(`${name} has no row in capability-reference.ts`)
  const budget =
    call.budget === undefined ? [] : [`${call.budget.ratePerS}/s, ${call.budget.burst} at once`]
  return [
    `\`${row.ask}\``,
    call.capability === null ? 'always there' : `\`${call.capability}\``,
    row.does,
    [row.limits, ...budget].filter((text) => text !== '').join('; '),
    call.audit === undefined ? 'none' : 'audited',
    row.errors.map((code) => `\`${code}\``).join(' '),
    // No links: the page is shipped with the SDK, without the host.
    `\`${row.example.plugin}\`, run by \`${row.example.test}\``,
  ]
}
