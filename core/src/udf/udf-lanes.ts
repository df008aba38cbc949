import { BatchLanes, type BatchLanesEvent } from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'

interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Batch processes that the first function starts: a host that runs none does not pay for them. */
export class UdfLanes {
  readonly #log: Logger
  #lanes: Promise<BatchLanes> | undefined
  #isStopped = false

  constructor(log: Logger) {
    this.#log = log
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
      return await BatchLanes.start({ onEvent: (event) => this.#tell(event) })
    } catch (error) {
      this.#lanes = undefined
      throw error
    }
  }

  /** A process that dies is news for the operator: it names the version whose batch it was. */
  #tell(event: BatchLanesEvent): void {
    if (event.kind === 'batch-lane-lost') this.#log.warn(event, 'a batch process was lost')
    else this.#log.info(event, 'a batch process was retired and replaced')
  }
}
