import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { CompiledOperation } from '../contract/compile-contract.ts'
import { extendChain } from '../host-calls/call-chain.ts'
import type { Grant } from '../host-calls/call-rule.ts'
import { type CloudEvent, cloudEvent, originOf, pluginSource } from '../host-calls/cloud-event.ts'
import { requireData } from '../host-calls/event-rules.ts'
import { guestFailures } from '../host-calls/guest-failures.ts'
import { hostRefusals } from '../host-calls/host-refusals.ts'
import {
  type CompiledRule,
  compiledRules,
  grantFor,
  readRequest,
  spendBudget,
} from '../host-calls/judge-call.ts'
import { RateLimiter } from '../host-calls/rate-limiter.ts'
import type { Principal } from '../plugin/context.ts'
import type { Plugin } from '../plugin/define-plugin.ts'
import type { Incoming } from '../plugin/incoming-webhook.ts'
import type { JobRun } from '../plugin/jobs.ts'
import { faultsOf } from '../schema/validate.ts'
import { outputText, outwardError, readAnswer, withinDeadline } from './call-outcome.ts'
import { deepFrozen } from './deep-frozen.ts'
import { GuestLog } from './guest-log.ts'
import { GuestTimers } from './guest-timers.ts'
import { outsideGuest, withGuestWorld } from './guest-world.ts'
import { HostMemory, type WaitingJob } from './host-memory.ts'
import type { MemoryCall } from './memory-call.ts'
import { memoryCalls } from './memory-calls.ts'
import { followedLink } from './memory-links.ts'
import { OpenCall } from './open-call.ts'
import type {
  KeptBlob,
  LogRecord,
  MeteredUse,
  PublishedEvent,
  SentMessage,
  SharedLink,
} from './records.ts'
import { seededRandom } from './seeded-random.ts'
import { type TestAnswers, unsupported } from './test-answers.ts'
import { TestClock } from './test-clock.ts'
import { testContext } from './test-context.ts'
import {
  type Granting,
  grantsOfManifest,
  type InstalledFolder,
  installFolder,
} from './test-plugin.ts'

export type { DatabaseAnswer, GivenContribution, TestAnswers } from './test-answers.ts'
export type { KeptBlob, LogRecord, MeteredUse, PublishedEvent, SentMessage, SharedLink, WaitingJob }

export interface TestHostWish {
  /** Of the plugin, with its package.json: a path or a `file:` URL. */
  readonly folder: string | URL
  /** The default export of its entry. */
  readonly plugin: Plugin
  /** `asked` (the default): all that the manifest asks for; `required`: what is not optional; or names. */
  readonly grants?: Granting
  /** The tenant's settings; held to the schema that the manifest names. */
  readonly config?: unknown
  readonly tenant?: string
  /** Where the clock begins, in milliseconds since the epoch; 2026-01-01 in UTC, when left out. */
  readonly now?: number
  /** What others answer. */
  readonly answers?: TestAnswers
}

interface CallOptions {
  readonly principal?: Principal
}

interface Entry {
  readonly kind: string
  readonly run: ((input: never, ctx: never) => unknown) | undefined
  readonly name: string
  readonly inputJson: string
  readonly principal: Principal
  readonly deadlineMs: number
  readonly origin?: ReturnType<typeof originOf>
}

/** Who publishes what a test emits. */
const TESTER = { plugin: 'test', version: '1.0.0' } as const

/** Of an event whose schema is not there. */
const ANYTHING = Object.assign(() => true, { errors: null }) as unknown as ValidateFunction

const START = Date.UTC(2026, 0, 1)

/**
 * A host in memory for an author's tests. Manifest, contracts, grants, host calls and their limits are judged by the code
 * that a real host judges by, and refused with the same codes; what lies beyond (a database, other services, the network)
 * answers as the test says. Memory and computing time are not limited here: `signalbox test` runs examples in a real lane.
 * @throws what `signalbox pack` says of the folder; CORE_CONFIG_INVALID
 */
export async function createTestHost(wish: TestHostWish): Promise<TestHost> {
  const installed = await installFolder(wish.folder, wish.config ?? {})
  return new TestHost(installed, wish)
}

export class TestHost {
  readonly #installed: InstalledFolder
  readonly #plugin: Plugin
  readonly #tenant: string
  readonly #grants: readonly Grant[]
  readonly #clock: TestClock
  readonly #memory = new HostMemory()
  readonly #rules: ReadonlyMap<string, CompiledRule<MemoryCall>>
  readonly #limiter: RateLimiter
  #calls = 0

  /** Made by `createTestHost`. */
  constructor(installed: InstalledFolder, wish: TestHostWish) {
    const { plugin, tenant = 'acme', grants = 'asked', now = START, answers = {} } = wish
    this.#installed = installed
    this.#plugin = plugin
    this.#tenant = tenant
    this.#grants = grantsOfManifest(installed.manifest, grants)
    this.#clock = new TestClock(now)
    const clock = () => this.#clock.now()
    this.#limiter = new RateLimiter(clock)
    this.#rules = compiledRules(
      memoryCalls({ installed, memory: this.#memory, answers, now: clock }),
    )
  }

  /** Events that the plugin published, in their order. */
  get published(): readonly PublishedEvent[] {
    return this.#memory.events
  }

  get messages(): readonly SentMessage[] {
    return this.#memory.messages
  }

  get metered(): readonly MeteredUse[] {
    return this.#memory.metered
  }

  get log(): readonly LogRecord[] {
    return this.#memory.log
  }

  /** SQL that the plugin sent, in its order, with the parameters. */
  get statements(): readonly { readonly sql: string; readonly parameters: readonly unknown[] }[] {
    return this.#memory.statements
  }

  /** What the plugin scheduled and has not run. */
  get jobs(): readonly WaitingJob[] {
    return [...this.#memory.jobs.values()].sort((a, b) => a.at - b.at)
  }

  /** Blobs of the plugin that are there, by their SHA-256. */
  get blobs(): ReadonlyMap<string, KeptBlob> {
    return this.#memory.blobs
  }

  /** Links that the plugin shared, in their order. */
  get links(): readonly SharedLink[] {
    return [...this.#memory.links.values()]
  }

  now(): number {
    return this.#clock.now()
  }

  /**
   * Calls an operation as an app does.
   * @param service its id, or `id@major` where the plugin provides several
   * @returns what the caller would get, after JSON
   * @throws CodedError with the code of the host, or of the plugin's own Refusal
   */
  async call<Output = unknown>(
    service: string,
    operation: string,
    input: unknown = {},
    { principal = { kind: 'app', id: 'test' } }: CallOptions = {},
  ): Promise<Output> {
    const found = this.#operation(service, operation)
    const inputJson = JSON.stringify(input) ?? 'null'
    this.#requireSize(inputJson)
    const given: unknown = JSON.parse(inputJson)
    if (!found.validateInput(given)) {
      throw hostRefusals.create('INPUT_INVALID', {}, { faults: faultsOf(found.validateInput) })
    }
    extendChain([], `${found.service}@${found.major}/${operation}`)
    const outputJson = await this.#run({
      kind: 'service',
      run: own(own(this.#plugin.services, found.table), operation),
      name: `${found.table}/${operation}`,
      inputJson,
      principal,
      deadlineMs: found.deadlineMs,
    })
    return this.#answer(found, outputJson) as Output
  }

  /**
   * Follows a link that the plugin shared, as somebody without an account.
   * @param url as `ctx.links.share` answered it
   * @param input what the visitor sends; what the plugin fixed stands over it
   * @throws CORE_LINK_MISSING, CORE_LINK_EXPIRED, and what `call` throws
   */
  async follow<Output = unknown>(
    url: string,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<Output> {
    const link = followedLink(this.#memory.links.values(), url, this.now())
    const { service, major, name } = this.#installed.operations.get(
      link.operation,
    ) as CompiledOperation
    const principal: Principal = { kind: 'link', id: link.id }
    return this.call(`${service}@${major}`, name, { ...input, ...link.input }, { principal })
  }

  /**
   * Hands the plugin an event that it hears, as one of another plugin. Its data is held to the schema in `uses/`, or
   * to the plugin's own where it declares the type.
   * @throws CORE_EVENT_BREAKS_SCHEMA, CORE_EVENT_TOO_LARGE, CORE_GRANT_MISSING without a grant of `event:subscribe` for the type; what the handler throws
   */
  async emit(
    type: string,
    data: unknown,
    options: { readonly key?: string; readonly id?: string; readonly time?: number } = {},
  ): Promise<void> {
    const { plugin, limits } = this.#installed
    const { key, time = this.now(), id = `test-${this.#memory.next()}` } = options
    const grant = this.#grants.find(
      ({ capability, parameters }) =>
        capability === 'event:subscribe' && parameters['type'] === type,
    )
    if (grant === undefined) {
      const capability = 'event:subscribe'
      throw hostRefusals.create('GRANT_MISSING', { plugin, capability, tenant: this.#tenant })
    }
    const validate = this.#installed.events.get(type) ?? this.#installed.used.events.get(type)
    requireData(TESTER, { type, data }, validate ?? ANYTHING)
    const event: CloudEvent = cloudEvent({
      ...{ id, source: pluginSource(TESTER.plugin), type, key, data, at: time, origin: undefined },
      traceparent: `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-00`,
    })
    await this.#run({
      ...this.#entry('event', type, event, limits.deadlineMs),
      run: own(this.#plugin.on, type),
      origin: originOf(event),
    })
  }

  /** Hands the plugin a webhook whose signature the host has found right. @throws what the handler throws */
  async deliver(path: string, incoming: Partial<Incoming> = {}): Promise<void> {
    const id = `hook-${this.#memory.next()}`
    const whole = { id, receivedAt: this.now(), headers: {}, ...incoming }
    const { deadlineMs } = this.#installed.limits
    const run = own(this.#plugin.webhooks, path)
    await this.#run({ ...this.#entry('webhook', path, whole, deadlineMs), run })
  }

  /** Runs a job now, whatever is scheduled. @throws what the handler throws */
  async runJob(job: string, payload?: unknown): Promise<void> {
    await this.#runJob({ id: `run-${this.#memory.next()}`, job, at: this.now(), payload })
  }

  /** Moves the clock, and runs what the plugin scheduled in between, each at its instant. */
  async advance(ms: number): Promise<void> {
    const until = this.now() + ms
    for (let due = this.jobs[0]; due !== undefined && due.at <= until; due = this.jobs[0]) {
      this.#clock.set(Math.max(due.at, this.now()))
      this.#memory.jobs.delete(due.id)
      await this.#runJob(due)
    }
    this.#clock.set(until)
  }

  async #runJob({ id, job, at, payload }: WaitingJob): Promise<void> {
    const run: JobRun = {
      ...{ job, runId: id, scheduledAt: at, attempt: 1 },
      ...(payload === undefined ? {} : { payload }),
    }
    const { deadlineMs } = this.#installed.limits
    const handler = own(this.#plugin.jobs, job)
    await this.#run({ ...this.#entry('job', job, run, deadlineMs), run: handler })
  }

  #entry(kind: string, name: string, input: unknown, deadlineMs: number) {
    const principal: Principal = { kind: 'host', id: `${kind}:${name}` }
    return { kind, name, inputJson: JSON.stringify(input), principal, deadlineMs }
  }

  #operation(service: string, operation: string): CompiledOperation {
    const [id = '', major] = service.split('@')
    const found = [...this.#installed.operations.values()].filter(
      (one) => one.service === id && (major === undefined || one.major === Number(major)),
    )
    const named = found.find(({ name }) => name === operation)
    if (named !== undefined) return named
    const parameters = { service: id, major: major ?? 1, operation }
    if (found.length === 0) throw hostRefusals.create('SERVICE_MISSING', parameters)
    throw hostRefusals.create('OPERATION_MISSING', parameters)
  }

  #requireSize(inputJson: string): void {
    const limitKb = this.#installed.limits.payloadKb
    if (Buffer.byteLength(inputJson) <= limitKb * 1024) return
    throw hostRefusals.create('BODY_TOO_LARGE', { limitKb })
  }

  #answer(operation: CompiledOperation, outputJson: string): unknown {
    const output = readAnswer(outputJson)
    if (output.ok && operation.validateOutput(output.value)) return output.value
    const { plugin, version } = this.#installed
    const faults = output.ok
      ? faultsOf(operation.validateOutput)
      : [{ pointer: '', detail: 'is no JSON that may be passed on' }]
    const parameters = { plugin, version, operation: operation.name }
    throw hostRefusals.create('ANSWER_BREAKS_CONTRACT', parameters, { faults })
  }

  /** @returns the answer as JSON text. @throws as a caller of a real host is told */
  async #run(entry: Entry): Promise<string> {
    const { plugin, version, limits } = this.#installed
    const who = { plugin, version }
    const { run, deadlineMs } = entry
    if (run === undefined) {
      throw guestFailures.create('HANDLER_MISSING', { ...who, entry: placeOf(entry) })
    }
    const open = new OpenCall(who, (call, payloadJson) =>
      outsideGuest(() => this.#hostCall(call, payloadJson, entry.origin)),
    )
    const timers = new GuestTimers((reached, limit) => open.tooManyTimers(reached, limit))
    const abort = new AbortController()
    const ctx = this.#context(entry, open, abort.signal)
    const input: unknown = JSON.parse(entry.inputJson)
    try {
      const ask = (call: string, body: unknown) => open.ask(call, body)
      const asked = withGuestWorld({ ask, timers }, async () => run(input as never, ctx as never))
      const output = await withinDeadline(asked, deadlineMs, () =>
        guestFailures.create('DEADLINE_EXCEEDED', {
          ...who,
          limit: deadlineMs,
          reached: deadlineMs,
        }),
      )
      return outputText(output, who, limits.payloadKb * 1024)
    } catch (thrown) {
      throw outwardError(thrown, open, who)
    } finally {
      open.isOver = true
      timers.end()
      abort.abort()
    }
  }

  #context({ principal, deadlineMs }: Entry, open: OpenCall, signal: AbortSignal) {
    const number = ++this.#calls
    const log = new GuestLog(this.#memory.log)
    return testContext({
      tenant: this.#tenant,
      principal,
      traceId: number.toString(16).padStart(32, '0'),
      deadline: this.now() + deadlineMs,
      signal,
      config: deepFrozen(JSON.parse(this.#installed.configJson)),
      now: () => this.now(),
      random: seededRandom(number),
      ask: (call, body) => open.ask(call, body),
      log: (level, message, fields) => {
        if (!open.isOver) log.add(level, message, fields)
      },
    })
  }

  async #hostCall(name: string, payloadJson: string, origin: Entry['origin']): Promise<unknown> {
    const { plugin } = this.#installed
    const asker = { plugin, tenant: this.#tenant }
    if (!this.#rules.has(name)) throw unsupported(name)
    const { rule, request } = readRequest(this.#rules, name, payloadJson)
    const grants = rule.settle?.(this.#grants, () => this.#installed.configJson) ?? this.#grants
    const grant = grantFor(rule, grants, request, asker)
    spendBudget(this.#limiter, rule, name, asker)
    return rule.run({ request: request as never, grant, grants, asker, origin })
  }
}

/** Where handlers stand that no data service names. */
const tables: Readonly<Record<string, string>> = { event: 'on', job: 'jobs', webhook: 'webhooks' }

function placeOf({ kind, name }: Entry): string {
  const table = tables[kind]
  return table === undefined ? name : `${table}["${name}"]`
}

function own<Value>(
  owner: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return owner !== undefined && Object.hasOwn(owner, name) ? owner[name] : undefined
}
