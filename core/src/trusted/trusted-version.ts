import { type IsolateSpec, sandboxErrors } from '@signalbox/sandbox'
import {
  type Frame,
  fromLane,
  type LaneFault,
  loadError,
  lossError,
  type PendingCall,
  type ProcessExit,
} from '@signalbox/sandbox/supervision'
import { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { backOffMs } from './back-off.ts'
import { CallLine } from './call-line.ts'
import { fromTrusted } from './child/trusted-wire.ts'
import { afterLook, type Heartbeat, heartbeatVerdict, newHeartbeat } from './heartbeat.ts'
import { processFault } from './process-fault.ts'
import {
  nextProcessState,
  type ProcessCommand,
  type ProcessState,
  servingProcessStates,
} from './process-states.ts'
import { TrustedProcess, type TrustedProgram } from './trusted-process.ts'

/** A process that has served for so long has not died at once: the next death is the first of a row. */
const STEADY_MS = 60_000

export interface VersionPorts {
  /** Lays the version out on the disk. @throws a coded error that says why it may not or cannot start */
  readonly prepare: (spec: IsolateSpec) => Promise<TrustedProgram>
  /** Whether the call only reads, by its contract: a plugin of this tier may have effects that no host call shows. */
  readonly isSafe: (call: PendingCall['call']) => boolean
  /** The process ended, or did not come up, through the version's own doing. */
  readonly onStrike: (spec: IsolateSpec, code: string) => void
  readonly random: () => number
  readonly log: { warn(fields: object, message: string): void }
  /** A bundle that is not loaded by then never will be. */
  readonly startMs: number
  /** See heartbeatVerdict. */
  readonly silentMs: number
}

/** One version with its process, its calls and its supervision. */
export class TrustedVersion {
  readonly spec: IsolateSpec
  /** Some tenant's calls may be given to it: it is started again by itself. */
  isWanted = false
  usedAt = 0
  readonly #ports: VersionPorts
  readonly #line = new CallLine()
  #state: ProcessState = 'stopped'
  #process: TrustedProcess | undefined
  #folder: string | undefined
  #beat: Heartbeat = newHeartbeat(0)
  #since = 0
  #nextStartAt = 0
  #failures = 0
  #loadError: CodedError | undefined
  #peakMb = 0
  #preparing: Promise<void> | undefined
  #onGone: (() => void) | undefined

  /** @param spec of any tenant: what it says of the tenant is not read */
  constructor(spec: IsolateSpec, ports: VersionPorts) {
    this.spec = spec
    this.#ports = ports
  }

  get state(): ProcessState {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  residentMb(): number {
    return this.#process?.residentMb() ?? 0
  }

  /** Where its files are, once it was started. */
  get folder(): string | undefined {
    return this.#folder
  }

  get isIdle(): boolean {
    return this.#line.isEmpty
  }

  get calls(): { readonly atWork: number; readonly waiting: number } {
    return { atWork: this.#line.atWork, waiting: this.#line.waiting }
  }

  accept(pending: PendingCall, now: number): void {
    this.usedAt = now
    if (this.#state === 'backing-off' && this.#nextStartAt >= pending.deadlineAt) {
      const retryAfterS = Math.max(1, Math.ceil((this.#nextStartAt - now) / 1000))
      const { plugin, version } = this.spec
      const error = coreErrors.create('TRUSTED_RESTARTING', { plugin, version }, { retryAfterS })
      pending.failed(error, 'host')
      return
    }
    this.#line.add(pending)
    if (this.#state === 'stopped') this.start(now)
    else this.#serve()
  }

  /** Does nothing where it is started already, or waits until it may be. */
  start(now: number): void {
    if (this.#state === 'backing-off' && now < this.#nextStartAt) return
    if (!this.#move('start', now)) return
    this.#preparing = this.#ports.prepare(this.spec).then(
      (program) => this.#spawn(program),
      (error: unknown) => this.#cannotStart(error),
    )
  }

  sweep(now: number): void {
    const process = this.#process
    if (!this.#line.sweep(now, process)) process?.kill('unresponsive')
    if (process !== undefined) this.#watch(process, now)
    if (this.#state === 'backing-off' && now >= this.#nextStartAt) {
      if (this.isWanted || !this.#line.isEmpty) this.start(now)
      else this.#move('stop', now)
    }
    this.#serve()
  }

  /** For good. Resolves when no process is left and nobody is at its files; calls that still are there are told. */
  async stop(): Promise<void> {
    this.#move('stop', Date.now())
    for (const pending of [...this.#line.takeWaiting(), ...this.#line.takeAtWork()]) {
      const { plugin, version } = this.spec
      pending.failed(sandboxErrors.create('STOPPED', { plugin, version }), 'host')
    }
    await this.#preparing
    const process = this.#process
    if (process === undefined) return
    const gone = new Promise<void>((resolve) => {
      this.#onGone = resolve
    })
    process.kill('stopped')
    await gone
  }

  #spawn(program: TrustedProgram): void {
    this.#folder = program.folder
    // It was stopped while its files were laid out.
    if (this.#state !== 'starting') return
    this.#loadError = undefined
    this.#peakMb = 0
    const process: TrustedProcess = new TrustedProcess(program, {
      onFrame: (frame) => this.#heard(process, frame),
      onExit: (exit) => this.#gone(exit),
    })
    this.#process = process
  }

  #cannotStart(cause: unknown): void {
    if (this.#state !== 'starting') return
    const { plugin, version } = this.spec
    this.#ports.log.warn({ err: cause, plugin, version }, 'a trusted version cannot be started')
    const reason = 'its files cannot be laid out on this node'
    const error =
      cause instanceof CodedError ? cause : sandboxErrors.create('START_FAILED', { reason })
    this.#backOff()
    for (const pending of this.#line.takeWaiting()) pending.failed(error, 'host')
  }

  #heard(process: TrustedProcess, frame: Frame): void {
    const now = Date.now()
    this.#beat = { ...this.#beat, heardAt: now }
    if (frame.kind === fromTrusted.pong) {
      this.#beat = { ...this.#beat, pingedAt: undefined }
      this.#move('beat', now)
    } else if (frame.kind === fromLane.done && frame.id === 0) {
      this.#move('ready', now)
      this.#serve()
    } else if (frame.kind === fromLane.loadFailed) {
      this.#loadError = loadError(this.spec, 'threw', frame.payload)
      process.kill('stopped')
    } else if (this.#line.take(frame, process, this.#peakMb)) this.#serve()
    else process.kill('protocol')
  }

  #watch(process: TrustedProcess, now: number): void {
    const residentMb = process.residentMb()
    this.#peakMb = Math.max(this.#peakMb, residentMb)
    if (residentMb > process.residentCapMb) process.kill('memory')
    if (this.#state === 'starting') {
      if (now - this.#since > this.#ports.startMs) process.kill('unresponsive')
      return
    }
    if (now - this.#since > STEADY_MS) this.#failures = 0
    this.#beat = afterLook(this.#beat, now)
    const verdict = heartbeatVerdict(this.#beat, now, this.#ports.silentMs)
    if (verdict === 'ping') {
      this.#beat = { ...this.#beat, pingedAt: now }
      process.ping(0)
    } else if (verdict === 'miss') this.#move('miss', now)
    else if (verdict === 'silent') process.kill('unresponsive')
  }

  #serve(): void {
    if (this.#process !== undefined && servingProcessStates.includes(this.#state)) {
      this.#line.serve(this.#process)
    }
  }

  #gone(exit: ProcessExit): void {
    const pid = this.#process?.pid
    this.#process = undefined
    this.#onGone?.()
    this.#onGone = undefined
    if (this.#state === 'stopped') return
    const wasStarting = this.#state === 'starting'
    const fault = processFault(exit)
    const { plugin, version } = this.spec
    const told = { plugin, version, pid, fault, stderr: exit.stderr.slice(-1000) }
    this.#ports.log.warn(told, 'a trusted process ended')
    const error = this.#loadError ?? this.#errorOf(fault, wasStarting)
    this.#backOff()
    const isOwnFault = this.#loadError !== undefined || fault.kind !== 'external'
    if (isOwnFault) this.#ports.onStrike(this.spec, error.code)
    for (const pending of this.#line.takeAtWork()) this.#lost(pending, fault, error)
    if (!wasStarting) return
    const blame = isOwnFault ? 'plugin' : 'host'
    for (const pending of this.#line.takeWaiting()) {
      pending.costLane = isOwnFault
      pending.failed(error, blame)
    }
  }

  /** Which of the calls at once it was cannot be told: a read runs once more, and is blamed if it ends so again. */
  #lost(pending: PendingCall, fault: LaneFault, error: CodedError): void {
    pending.losses++
    const mayRunAgain =
      !pending.hasEffect && !this.#line.hasBegun(pending) && this.#ports.isSafe(pending.call)
    const { plugin, version } = this.spec
    if (mayRunAgain && pending.losses <= 1) this.#line.add(pending)
    else if (fault.kind === 'external') {
      this.#line.fail(pending, sandboxErrors.create('INTERRUPTED', { plugin, version }), 'host')
    } else {
      pending.costLane = true
      this.#line.fail(pending, error, 'plugin')
    }
  }

  #errorOf(fault: LaneFault, isLoad: boolean): CodedError {
    const { startMs, silentMs } = this.#ports
    if (fault.kind === 'external') {
      const { plugin, version } = this.spec
      return sandboxErrors.create('LANE_LOST', { plugin, version, reason: fault.text })
    }
    if (fault.kind !== 'turn-timeout' || isLoad) {
      return lossError(this.spec, fault, isLoad, startMs, this.#peakMb)
    }
    const { plugin, version } = this.spec
    const parameters = { plugin, version, limit: silentMs, reached: silentMs }
    return sandboxErrors.create('TURN_TIMEOUT', parameters)
  }

  #backOff(): void {
    const now = Date.now()
    this.#move('die', now)
    this.#failures++
    this.#nextStartAt = now + backOffMs(this.#failures, this.#ports.random())
  }

  #move(command: ProcessCommand, now: number): boolean {
    const next = nextProcessState(this.#state, command)
    if (next === undefined) return false
    this.#state = next
    if (command === 'ready') this.#beat = newHeartbeat(now)
    if (command === 'ready' || command === 'start') this.#since = now
    return true
  }
}
