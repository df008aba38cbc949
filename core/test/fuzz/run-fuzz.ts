import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { SeededRandom } from '../../bench/seeded-random.ts'
import { acme, document, host, table } from '../support/route-table.ts'
import type { Schema } from '../support/schema-arbitrary.ts'
import { type Asker, type FuzzWorld, openFuzzWorld } from './fuzz-world.ts'
import { oneOf } from './hostile-values.ts'
import { type Answered, faultOf } from './judge-answer.ts'
import { type FuzzRequest, type FuzzRoute, makeRequest, soundBodies } from './make-request.ts'
import { rawRequests, sendRaw } from './raw-requests.ts'
import { sendRequest } from './send-request.ts'

interface Described {
  readonly parameters?: readonly { name: string; in: string; schema?: Schema }[]
  readonly requestBody?: { content?: Readonly<Record<string, { schema?: Schema }>> }
}

const AT_ONCE = 12
/** Between two looks at the bystander; what requests have turned off is turned on again then. */
const CHUNK = 2500
/** What a host may grow by, in MiB: a heap that is warm, and every cache of it full. */
const MOST_GROWTH_MB = 700

/** Names that routes of npm's face are filled with. */
const npmNames: Readonly<Record<string, string>> = { name: '@probe%2Fone', user: 'initrode' }

/** Every route that the host describes, and the operations of a contract that answer whatever they are asked. */
async function fuzzRoutes(): Promise<readonly FuzzRoute[]> {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) =>
      routeOf(path, method, described as Described),
    ),
  )
  return [...routes.filter(({ route }) => !route.startsWith('HEAD')), ...(await operations())]
}

function routeOf(path: string, method: string, described: Described): FuzzRoute {
  const route = `${method.toUpperCase()} ${path}`
  const row = table[route]
  const content = Object.values(described.requestBody?.content ?? {})[0]
  const query = (described.parameters ?? [])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema = {} }) => ({ name, schema }))
  return {
    route,
    query,
    sound: soundBodies(content?.schema),
    at: row?.at ?? path.replaceAll(/\{(\w+)\}/g, (_, name) => npmNames[name] ?? 'x'),
    ...(row?.body === undefined ? {} : { body: row.body }),
    ...(row?.type === undefined ? {} : { type: row.type }),
  }
}

/** Others of the probe misbehave on purpose. */
async function operations(): Promise<readonly FuzzRoute[]> {
  const file = join(import.meta.dirname, '../fixtures/probe-plugin/contracts/probe.one.json')
  const contract = JSON.parse(await readFile(file, 'utf8')) as {
    readonly operations: Readonly<Record<string, { readonly input: Schema }>>
  }
  return ['echo', 'addNote', 'whoami', 'callEcho'].flatMap((operation) => {
    const { input } = contract.operations[operation] ?? {}
    const at = `/api/probe.one/v1/${operation}`
    const query = Object.entries(input?.properties ?? {}).map(([name, schema]) => ({
      name,
      schema,
    }))
    const shape = { query, sound: soundBodies(input), body: { text: 'x' } }
    return ['GET', 'POST'].map((method) => ({ route: `${method} ${at}`, at, ...shape }))
  })
}

interface Fault {
  readonly fault: string
  readonly request: FuzzRequest | string
  readonly answer: string
}

/** Sends as many requests to a host, and judges every answer. */
export async function fuzz(t: Test, count: number, seed: string): Promise<void> {
  const world = await openFuzzWorld()
  const routes = await fuzzRoutes()
  const run = new FuzzRun(world, routes, new SeededRandom(seed))
  const units = await (
    await fetch(`${host.url}/v1/units`, { headers: bearerOf(acme.adminToken) })
  ).text()
  t.ok(
    world.planted.some((canary) => units.includes(canary)),
    'a canary is where its owner looks',
  )
  const before = await residentMb(host.pid)
  for (let left = count; left > 0; left -= CHUNK) {
    await run.send(Math.min(CHUNK, left))
    await world.restore()
    t.equal(await world.witness(), 200, 'a tenant beside it all is answered')
  }
  await run.sendRaw()
  const grown = (await residentMb(host.pid)) - before
  for (const one of [...run.faults.values()].slice(0, 60)) t.fail(one.fault, { ...one })
  t.same(run.faults.size, 0, 'no answer is a fault')
  t.equal(run.untried(), 0, 'every route was tried')
  t.ok(run.cut < 0.02 * run.sent, 'nearly all are answered')
  t.ok(run.done > 0.05 * run.sent, 'some requests go all the way')
  t.ok(grown < MOST_GROWTH_MB, `it grew by ${Math.round(grown)} MiB`)
  t.equal((await fetch(`${host.url}/readyz`)).status, 200)
  t.equal(await world.witness(), 200)
  t.comment(
    `${run.sent} requests of seed ${seed}, ${run.done} done, ${run.cut} cut off, by status ${JSON.stringify(run.statuses)}, ` +
      `${Math.round(before)} MiB and then ${Math.round(before + grown)} MiB`,
  )
}

const suited: readonly (readonly [RegExp, readonly Asker['kind'][]])[] = [
  [/ \/api\/| \/v1\/events/, ['app']],
  [/ \/v1\/(me|sessions|tokens)\b/, ['person']],
]

class FuzzRun {
  readonly faults = new Map<string, Fault>()
  readonly statuses: Record<string, number> = {}
  sent = 0
  done = 0
  /** Connections that were closed without a word, as one is whose body is too large to be waited for. */
  cut = 0
  readonly #tried = new Set<string>()
  readonly #agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  readonly #world: FuzzWorld
  readonly #routes: readonly FuzzRoute[]
  readonly #random: SeededRandom

  constructor(world: FuzzWorld, routes: readonly FuzzRoute[], random: SeededRandom) {
    this.#world = world
    this.#routes = routes
    this.#random = random
  }

  untried(): number {
    return this.#routes.filter(({ route }) => !this.#tried.has(route)).length
  }

  /** The requests are fixed by the seed; in which order their answers come is not. */
  async send(count: number): Promise<void> {
    let left = count
    const worker = async () => {
      while (left > 0) {
        left -= 1
        await this.#sendOne()
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  async sendRaw(): Promise<void> {
    for (const bytes of rawRequests) {
      this.sent += 1
      const text = await sendRaw(host.url, bytes)
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
      const isRefused = statuses.every((status) => status < 500)
      const isOne = !bytes.includes('X-Smuggled: 1\r\n\r\n') || statuses.length <= 1
      if (!isRefused || !isOne) this.#note(`raw: ${statuses}`, bytes.slice(0, 300), text)
    }
  }

  async #sendOne(): Promise<void> {
    const { forged } = this.#world
    // Each once in any case, and then at random.
    const route = this.#routes[this.sent] ?? oneOf(this.#random, this.#routes)
    const asker = this.#askerFor(route.route)
    this.sent += 1
    this.#tried.add(route.route)
    const request = makeRequest(this.#random, route, asker, forged)
    try {
      const answer = await sendRequest(this.#agent, host.url, request)
      if (answer === undefined) this.cut += 1
      else this.#judge(request, answer, asker.hidden)
    } catch (error) {
      this.#note(`${String(error)}: ${request.route}`, request, '')
    }
  }

  /** Mostly somebody whom the route is for: else most requests end at the door. */
  #askerFor(route: string): Asker {
    const { askers } = this.#world
    if (this.#random.chance(0.4)) return oneOf(this.#random, askers)
    const kinds = suited.find(([pattern]) => pattern.test(route))?.[1] ?? ['operator', 'admin']
    return oneOf(
      this.#random,
      askers.filter(({ kind }) => kinds.includes(kind)),
    )
  }

  #judge(request: FuzzRequest, answer: Answered, hidden: readonly string[]): void {
    this.statuses[answer.status] = (this.statuses[answer.status] ?? 0) + 1
    if (answer.status < 400) this.done += 1
    const fault = faultOf(request, answer, hidden)
    if (fault === undefined) return
    this.#note(`${request.route}: ${fault}`, request, answer.body.toString())
  }

  /** The first of its kind. */
  #note(fault: string, request: FuzzRequest | string, answer: string): void {
    if (this.faults.has(fault)) return
    const told =
      typeof request === 'string'
        ? request
        : {
            ...request,
            path: request.path.slice(0, 400),
            body: request.body?.toString().slice(0, 600),
          }
    this.faults.set(fault, { fault, request: told as FuzzRequest, answer: answer.slice(0, 600) })
  }
}

const bearerOf = (token: string) => ({ authorization: `Bearer ${token}` })

async function residentMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1024
}
