import {
  type BatchCulprit,
  BatchLanes,
  type BatchLanesEvent,
  type BatchStats,
} from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'

interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

type CircuitOpened = (culprit: BatchCulprit, strikes: number) => void

/** Batch processes that the first function starts: a host that runs none does not pay for them. */
export class UdfLanes {
  readonly #log: Logger
  readonly #onCircuitOpened: CircuitOpened
  #lanes: Promise<BatchLanes> | undefined
  #started: BatchLanes | undefined
  #isStopped = false

  constructor(log: Logger, onCircuitOpened: CircuitOpened) {
    this.#log = log
    this.#onCircuitOpened = onCircuitOpened
  }

  /** Undefined while no function was ever called. */
  stats(): BatchStats | undefined {
    return this.#started?.stats()
  }

  /**
   * Waits for the first process; when none comes up, the next who asks tries again.
   * @throws SBX_BATCH_START_FAILED, CORE_DRAINING
   */
  get(): Promise<BatchLanes> {
    if (this.#isStopped) throw coreErrors.create('DRAINING')
    this.#lanes ??= this.#start()
    return this.#lanes
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    const lanes = await this.#lanes?.catch(() => undefined)
    await lanes?.stop()
  }

  async #start(): Promise<BatchLanes> {
    try {
      this.#started = await BatchLanes.start({ onEvent: (event) => this.#tell(event) })
      return this.#started
    } catch (error) {
      this.#lanes = undefined
      throw error
    }
  }

  /** A process that dies is news for the operator: it names the version whose batch it was. */
  #tell(event: BatchLanesEvent): void {
    const isNews = event.kind === 'batch-lane-lost' || event.kind === 'circuit-opened'
    this.#log[isNews ? 'warn' : 'info'](event, sentences[event.kind])
    if (event.kind === 'circuit-opened') this.#onCircuitOpened(event.culprit, event.strikes)
  }
}

const sentences: Readonly<Record<BatchLanesEvent['kind'], string>> = {
  'batch-lane-lost': 'a batch process was lost',
  'batch-lane-retired': 'a batch process was retired and replaced',
  'circuit-opened':
    'functions of a version are not called for a while: they cost their process again and again',
  'circuit-closed': 'functions of a version are called again: they no longer cost their process',
}
