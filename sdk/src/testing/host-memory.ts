import type {
  KeptBlob,
  LogRecord,
  MeteredUse,
  PublishedEvent,
  SentMessage,
  SharedLink,
} from './records.ts'

/** A job that waits for its instant. */
export interface WaitingJob {
  readonly id: string
  readonly job: string
  readonly key?: string
  readonly at: number
  readonly payload: unknown
}

/** All that a test host keeps: nothing of it outlives the test. */
export class HostMemory {
  readonly events: PublishedEvent[] = []
  readonly messages: SentMessage[] = []
  readonly metered: MeteredUse[] = []
  readonly log: LogRecord[] = []
  readonly statements: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  readonly jobs = new Map<string, WaitingJob>()
  readonly units = new Set<string>()
  readonly blobs = new Map<string, KeptBlob>()
  readonly links = new Map<string, SharedLink>()
  #made = 0

  /** A number that none before had: ids of a test are the same in every run. */
  next(): number {
    return ++this.#made
  }
}
