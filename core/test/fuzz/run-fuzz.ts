import { execFile } from 'node:child_process'
import { Agent } from 'node:http'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { SeededRandom } from '../../bench/seeded-random.ts'
import { murmur3 } from '../../src/rollout/cohorts/murmur3.ts'
import { formsIn } from '../support/canaries.ts'
import { acme, host } from '../support/route-table.ts'
import { type FuzzRoute, fuzzRoutes } from './fuzz-routes.ts'
import { type Asker, type FuzzWorld, openFuzzWorld } from './fuzz-world.ts'
import { oneOf } from './hostile-values.ts'
import { type Answered, faultOf } from './judge-answer.ts'
import { type FuzzRequest, makeRequest } from './make-request.ts'
import { rawRequests, sendRaw, smuggling } from './raw-requests.ts'
import { sendRequest } from './send-request.ts'

const AT_ONCE = 12
/** Between two looks at the bystander; what requests have turned off is turned on again then. */
const CHUNK = 2500
/** What a host may grow by, in MiB: a heap that is warm, and every cache of it full. */
const MOST_GROWTH_MB = 700
/** Of requests: sent with an ambiguous head and another request behind it. */
const SMUGGLED = 0.012
const MOST_CURSORS = 300

interface Fault {
  readonly fault: string
  readonly request: FuzzRequest | string
  readonly answer: string
}

/** Sends as many requests to a host, and judges every answer. */
export async function fuzz(t: Test, count: number, seed: string): Promise<void> {
  const world = await openFuzzWorld()
  const routes = await fuzzRoutes(murmur3(seed) | 0)
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
    `${run.sent} requests of seed ${seed} to ${routes.length} routes, ${run.done} done, ${run.smuggled} with an ambiguous head, ` +
      `${run.cut} cut off, by status ${JSON.stringify(run.statuses)}, ` +
      `${Math.round(before)} MiB and then ${Math.round(before + grown)} MiB`,
  )
  t.comment(`never done: ${run.undone().join(', ')}`)
}

const suited: readonly (readonly [RegExp, readonly Asker['kind'][]])[] = [
  [/ \/api\/| \/v1\/events/, ['app']],
  [/ \/v1\/(me|sessions|tokens)\b/, ['person']],
  [/ \/oauth2\/| \/v1\/sign-in/, ['nobody']],
]

class FuzzRun {
  readonly faults = new Map<string, Fault>()
  readonly statuses: Record<string, number> = {}
  sent = 0
  done = 0
  /** Connections that were closed without a word, as one is whose body is too large to be waited for. */
  cut = 0
  smuggled = 0
  readonly #tried = new Set<string>()
  readonly #done = new Set<string>()
  readonly #cursors: string[] = []
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

  /** Routes whose way to the end no request has gone. */
  undone(): readonly string[] {
    return this.#routes.map(({ route }) => route).filter((route) => !this.#done.has(route))
  }

  /** The requests are fixed by the seed, but for cursors that answers gave; in which order these come is not. */
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
      this.#judgeRaw(bytes, await sendRaw(host.url, bytes), [])
    }
  }

  async #sendOne(): Promise<void> {
    // Each once in any case, and then at random.
    const route = this.#routes[this.sent] ?? oneOf(this.#random, this.#routes)
    const asker = this.#askerFor(route.route)
    this.sent += 1
    this.#tried.add(route.route)
    const { forged } = this.#world
    const ingredients = { forged, cursors: this.#cursors }
    const request = makeRequest(this.#random, route, asker, ingredients)
    const hidden = [...asker.hidden, ...this.#world.secrets()].filter((one) => !says(request, one))
    if (this.#random.chance(SMUGGLED)) {
      this.smuggled += 1
      const bytes = smuggling(this.#random, request)
      return this.#judgeRaw(bytes, await sendRaw(host.url, bytes), hidden)
    }
    try {
      const answer = await sendRequest(this.#agent, host.url, request)
      if (answer === undefined) this.cut += 1
      else this.#judge(request, answer, hidden)
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
    if (answer.status < 400) {
      this.done += 1
      this.#done.add(request.route)
      const next = /"next":"([^"]{1,200})"\}$/.exec(answer.body.toString())?.[1]
      if (next !== undefined) this.#cursors.unshift(next)
      this.#cursors.splice(MOST_CURSORS)
    }
    const fault = faultOf(request, answer, hidden)
    if (fault === undefined) return
    this.#note(`${request.route}: ${fault}`, request, answer.body.toString())
  }

  #judgeRaw(bytes: string, text: string, hidden: readonly string[]): void {
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
    const isRefused = statuses.every((status) => status < 500)
    // That the rest of what it has answered is no HTTP, the host says when it comes to it, and closes.
    const told = statuses.length - (/CORE_REQUEST_UNREADABLE/.test(text) ? 1 : 0)
    const isOne = !bytes.includes('X-Smuggled: 1\r\n\r\n') || told <= 1
    const isLeak = hidden.some((secret) => formsIn(Buffer.from(text), secret).length > 0)
    if (isRefused && isOne && !isLeak) return
    this.#note(`raw: ${statuses}${isLeak ? ', leaks' : ''}`, bytes.slice(0, 600), text)
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

/** Nobody learns what he has said himself. */
function says({ path, headers, body }: FuzzRequest, text: string): boolean {
  return (
    path.includes(text) || JSON.stringify(headers).includes(text) || body?.includes(text) === true
  )
}

const bearerOf = (token: string) => ({ authorization: `Bearer ${token}` })

async function residentMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1024
}
