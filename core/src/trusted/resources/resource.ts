import { setTimeout as delay } from 'node:timers/promises'
import { coreErrors } from '../../errors.ts'
import { backOffMs } from '../back-off.ts'
import { nextProcessState, type ProcessCommand, type ProcessState } from '../process-states.ts'
import { EngineProcess, type EngineProgram, runsWell } from './engine-process.ts'

/** While it starts its health is asked for this often; afterwards every so many of these. */
const LOOK_MS = 100
const HEALTH_MS = 5000
const HEALTH_TIMEOUT_MS = 5000
/** In a row: one slow answer is no death. */
const MAX_UNHEALTHY = 3
const START_MS = 30_000
const STOP_MS = 10_000
/** One that has served for so long has not died at once. */
const STEADY_MS = 60_000

/** What a plugin is given of a running resource. */
export interface ResourcePlace {
  readonly dataDir: string
  readonly socketPath: string
  /** Rises with each start of the resource: what an older one still writes can be told by it. */
  readonly fence: number
}

export interface PreparedEngine {
  readonly engine: EngineProgram
  readonly health: EngineProgram
  readonly memoryMb: number
  readonly place: ResourcePlace
  /** @returns false: another start holds the resource, or may; this one must end */
  readonly renew: () => Promise<boolean>
  readonly release: () => Promise<void>
}

interface Ports {
  readonly plugin: string
  readonly id: string
  /** Takes the lease and lays everything out, anew for each start. @throws a coded error */
  readonly prepare: () => Promise<PreparedEngine>
  readonly random: () => number
  /** How often its health is asked, in ms; default 5 s. */
  readonly healthMs?: number
  readonly log: { warn(fields: object, message: string): void }
}

/** One resource on this node: a supervised program, started when it is first asked for. */
export class Resource {
  readonly #ports: Ports
  #state: ProcessState = 'stopped'
  #ready: Promise<ResourcePlace> | undefined
  #running: Promise<void> | undefined
  #stopping = new AbortController()
  #failures = 0
  #nextStartAt = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  get state(): ProcessState {
    return this.#state
  }

  /** @throws CORE_RESOURCE_UNAVAILABLE, or why it cannot be started */
  get(): Promise<ResourcePlace> {
    const { plugin, id } = this.#ports
    if (this.#state === 'backing-off' && Date.now() < this.#nextStartAt) {
      const retryAfterS = Math.max(1, Math.ceil((this.#nextStartAt - Date.now()) / 1000))
      return Promise.reject(
        coreErrors.create('RESOURCE_UNAVAILABLE', { plugin, resource: id }, { retryAfterS }),
      )
    }
    this.#ready ??= this.#start()
    return this.#ready
  }

  /** For good. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#move('stop')
    this.#stopping.abort()
    await this.#ready?.catch(() => undefined)
    await this.#running
  }

  async #start(): Promise<ResourcePlace> {
    if (this.#stopping.signal.aborted || !this.#move('start')) throw this.#unavailable()
    let prepared: PreparedEngine | undefined
    let engine: EngineProcess | undefined
    try {
      prepared = await this.#ports.prepare()
      engine = new EngineProcess(prepared.engine)
      await this.#untilHealthy(engine, prepared)
      this.#move('ready')
      this.#running = this.#watch(engine, prepared)
      return prepared.place
    } catch (error) {
      if (engine !== undefined) {
        engine.kill()
        this.#tell(await engine.gone)
      }
      await prepared?.release().catch(() => undefined)
      this.#backOff()
      throw error
    }
  }

  async #untilHealthy(engine: EngineProcess, { health }: PreparedEngine): Promise<void> {
    const deadline = Date.now() + START_MS
    const gone = engine.gone.then(() => true)
    while (!(await runsWell(health, HEALTH_TIMEOUT_MS))) {
      const hasEnded = await Promise.race([gone, delay(LOOK_MS, false)])
      if (hasEnded || Date.now() > deadline || this.#stopping.signal.aborted) {
        throw this.#unavailable()
      }
    }
  }

  /** Until it ends: by itself, for its memory or health, for its lease, or because it is stopped. */
  async #watch(engine: EngineProcess, prepared: PreparedEngine): Promise<void> {
    const since = Date.now()
    const over = new AbortController()
    const gone = engine.gone.then((reason) => {
      over.abort()
      return reason
    })
    const signal = AbortSignal.any([over.signal, this.#stopping.signal])
    await this.#look(engine, prepared, signal)
    if (this.#stopping.signal.aborted) await engine.stop(STOP_MS)
    else engine.kill()
    const reason = await gone
    await prepared.release().catch(() => undefined)
    if (this.#stopping.signal.aborted) return
    this.#tell(reason)
    if (Date.now() - since > STEADY_MS) this.#failures = 0
    this.#backOff()
  }

  /** Resolves when the engine may not go on, or has not. */
  async #look(
    engine: EngineProcess,
    { health, memoryMb, renew }: PreparedEngine,
    signal: AbortSignal,
  ): Promise<void> {
    const { healthMs = HEALTH_MS } = this.#ports
    let unhealthy = 0
    let nextHealthAt = Date.now() + healthMs
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
      if (signal.aborted || engine.residentMb() > memoryMb) return
      if (Date.now() < nextHealthAt) continue
      const [isWell, isHeld] = await Promise.all([runsWell(health, HEALTH_TIMEOUT_MS), renew()])
      unhealthy = isWell ? 0 : unhealthy + 1
      this.#move(isWell ? 'beat' : 'miss')
      if (!isHeld || unhealthy >= MAX_UNHEALTHY) return
      nextHealthAt = Date.now() + healthMs
    }
  }

  #tell(reason: string): void {
    const { plugin, id, log } = this.#ports
    log.warn({ plugin, resource: id, reason }, 'a resource ended')
  }

  #unavailable() {
    const { plugin, id } = this.#ports
    return coreErrors.create('RESOURCE_UNAVAILABLE', { plugin, resource: id }, { retryAfterS: 1 })
  }

  #backOff(): void {
    this.#move('die')
    this.#ready = undefined
    this.#failures++
    this.#nextStartAt = Date.now() + backOffMs(this.#failures, this.#ports.random())
  }

  #move(command: ProcessCommand): boolean {
    const next = nextProcessState(this.#state, command)
    if (next === undefined) return false
    this.#state = next
    return true
  }
}
