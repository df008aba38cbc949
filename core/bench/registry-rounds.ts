import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median, percentile, ratio, rounded } from '../../sandbox/bench/figures.ts'
import { load } from '../../sandbox/bench/load.ts'
import type { ChildServer } from './child-server.ts'
import { round1 } from './quantile.ts'
import { publishTo, type Registry, smallPackage } from './registry-packages.ts'

type Server = ChildServer<Registry>
export type Servers = Readonly<Record<'signalbox' | 'verdaccio', Server>>
const both = ['signalbox', 'verdaccio'] as const

const CONNECTIONS = 32
const npm = join(import.meta.dirname, '../../node_modules/npm/bin/npm-cli.js')

/** As npm 11 asks, word for word, of which both servers answer by the first two. */
const asInstall = {
  accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*',
  'accept-encoding': 'gzip, deflate',
}
const forms = {
  packument: asInstall,
  identity: { ...asInstall, 'accept-encoding': 'identity' },
  full: { ...asInstall, accept: 'application/json' },
} as const
type Form = keyof typeof forms

interface Round {
  readonly requestsPerS: number
  /** Of the server's process alone, for one request. */
  readonly cpuUs: number
  readonly failed: number
}

/** The same versions to both, one after the other. @returns their names */
export async function fillRegistries(servers: Servers, packages: number, versions: number) {
  const names = Array.from({ length: packages }, (_, index) => `@bench/part-${index}`)
  const waits: Record<keyof Servers, number[]> = { signalbox: [], verdaccio: [] }
  for (let minor = 0; minor < versions; minor++) {
    for (const name of names) {
      const one = smallPackage(name, `1.${minor}.0`)
      for (const server of both) waits[server].push(await publishTo(servers[server].facts, one))
    }
    process.stderr.write(`published ${minor + 1} of ${versions} versions of each package\n`)
  }
  const figures = {
    publish_ms_p50: round1(median(waits.signalbox)),
    publish_ms_p95: round1(percentile(waits.signalbox, 0.95)),
    verdaccio_publish_ms_p50: round1(median(waits.verdaccio)),
  }
  return { names, figures }
}

/** Packuments as npm asks for them, of all packages in turn, by clients that never sleep. Neither server asks for a token. */
export async function measurePackuments(
  servers: Servers,
  names: readonly string[],
  rounds: number,
  seconds: number,
) {
  const kinds = Object.keys(forms) as Form[]
  const seen = Object.fromEntries(
    kinds.map((form) => [form, { signalbox: [], verdaccio: [] }]),
  ) as unknown as Record<Form, Record<keyof Servers, Round[]>>
  const measure = (server: keyof Servers, form: Form, forSeconds: number) =>
    loadOne(servers[server], names, forms[form], forSeconds)
  for (const form of kinds) for (const server of both) await measure(server, form, 2)
  for (let round = 0; round < rounds; round++) {
    for (const form of kinds) {
      for (const server of both) seen[form][server].push(await measure(server, form, seconds))
    }
    process.stderr.write(`packuments ${round + 1} of ${rounds}\n`)
  }
  const rate = (form: Form, server: keyof Servers) =>
    median(seen[form][server].map(({ requestsPerS }) => requestsPerS))
  const cpu = (form: Form, server: keyof Servers) =>
    median(seen[form][server].map(({ cpuUs }) => cpuUs))
  const versus = (form: Form) => ratio(rate(form, 'signalbox'), rate(form, 'verdaccio'))
  return {
    packument_rps_vs_verdaccio: versus('packument'),
    packument_rps: rate('packument', 'signalbox'),
    verdaccio_packument_rps: rate('packument', 'verdaccio'),
    packument_cpu_us: cpu('packument', 'signalbox'),
    verdaccio_packument_cpu_us: cpu('packument', 'verdaccio'),
    packument_identity_rps_vs_verdaccio: versus('identity'),
    packument_full_rps_vs_verdaccio: versus('full'),
    packument_failed: kinds
      .flatMap((form) => both.flatMap((server) => seen[form][server]))
      .reduce((sum, { failed }) => sum + failed, 0),
    packument_rounds: seen,
  }
}

async function loadOne(
  server: Server,
  names: readonly string[],
  headers: Readonly<Record<string, string>>,
  seconds: number,
): Promise<Round> {
  const { registry } = server.facts
  const { pathname } = new URL(registry)
  const before = await server.cpuUs()
  const { requestsPerS, requests, non2xx, errors } = await load({
    url: registry,
    paths: names.map((name) => `${pathname}${name.replace('/', '%2f')}`),
    headers,
    connections: CONNECTIONS,
    seconds,
    staysAwake: true,
  })
  const cpuUs = round1(((await server.cpuUs()) - before) / Math.max(1, requests))
  return { requestsPerS, cpuUs, failed: non2xx + errors }
}

/** Stock npm, nothing in its cache and no lockfile. Audit is off: Verdaccio has no advisories of its own to ask for. */
export async function measureInstalls(servers: Servers, names: readonly string[], rounds: number) {
  const seen: Record<keyof Servers, number[]> = { signalbox: [], verdaccio: [] }
  const cpu: Record<keyof Servers, number[]> = { signalbox: [], verdaccio: [] }
  for (const server of both) await install(servers[server], names)
  for (let round = 0; round < rounds; round++) {
    for (const server of both) {
      const before = await servers[server].cpuUs()
      seen[server].push(await install(servers[server], names))
      cpu[server].push(((await servers[server].cpuUs()) - before) / 1000)
    }
    process.stderr.write(`installs ${round + 1} of ${rounds}\n`)
  }
  return {
    install_vs_verdaccio: ratio(median(seen.signalbox), median(seen.verdaccio)),
    install_ms: Math.round(median(seen.signalbox)),
    verdaccio_install_ms: Math.round(median(seen.verdaccio)),
    install_server_cpu_ms: rounded(median(cpu.signalbox)),
    verdaccio_install_server_cpu_ms: rounded(median(cpu.verdaccio)),
    install_packages: names.length,
    install_rounds_ms: seen,
  }
}

/** @returns milliseconds of the whole `npm install` */
async function install({ facts }: Server, names: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-install-'))
  try {
    const dependencies = Object.fromEntries(names.map((name) => [name, '^1.0.0']))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
    const words = ['install', '--no-audit', '--no-fund', '--no-update-notifier']
    const where = ['--registry', facts.registry, '--cache', join(folder, '.cache')]
    const before = performance.now()
    await promisify(execFile)(process.execPath, [npm, ...words, ...where], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, CI: 'true' },
      timeout: 120_000,
    })
    return performance.now() - before
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
