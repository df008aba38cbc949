import {
  type Culprit,
  type GuestCall,
  type GuestOutcome,
  type IsolateSpec,
  type SandboxEvent,
  sandboxErrors,
} from '@signalbox/sandbox'
import {
  circuitError,
  maxPayloadLength,
  PendingCall,
  Strikes,
} from '@signalbox/sandbox/supervision'
import { bareIsolate } from '../broker/isolate-spec.ts'
import type { InFlight } from '../rollout/routing/in-flight.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { TrustedVersion, type VersionPorts } from './trusted-version.ts'
import { wantedVersions } from './wanted-versions.ts'

/** How often deadlines, heartbeats and memory are looked at. */
const SWEEP_MS = 25
/** A process that nobody's calls may go to, such as that of a self-test, ends after so long a rest. */
const UNWANTED_IDLE_MS = 30_000
/** Belongs to no tenant: see bareIsolate. */
const NO_TENANT = '-'

type TrustedFigure = 'processes' | 'backingOff' | 'calls' | 'queued' | 'residentMb' | 'strikes'

export interface TierPorts extends Omit<VersionPorts, 'onStrike'> {
  readonly inFlight: Pick<InFlight, 'drained'>
  readonly removeFolder: (folder: string) => Promise<void>
  readonly onEvent: (event: SandboxEvent) => void
}

/** All trusted versions of this node: a process each, as many versions of a plugin side by side as are wanted. */
export class TrustedTier {
  readonly #ports: TierPorts
  readonly #versions = new Map<string, TrustedVersion>()
  /** Versions whose folder is being removed: whoever starts them anew waits. */
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #strikes = new Strikes()
  readonly #sweeper: NodeJS.Timeout
  #strikeCount = 0
  #isStopped = false

  constructor(ports: TierPorts) {
    this.#ports = ports
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeper.unref()
  }

  /** Never rejects: whatever becomes of the call is its outcome, in the sandbox's words. */
  call(call: GuestCall): Promise<GuestOutcome> {
    return new Promise((resolve) => {
      const now = Date.now()
      const { isolate, inputJson } = call
      const { plugin, version } = isolate
      const pending = new PendingCall(call, now, resolve)
      const limit = maxPayloadLength(isolate)
      const reached = inputJson.length
      if (this.#isStopped) {
        pending.failed(sandboxErrors.create('STOPPED', { plugin, version }), 'host')
      } else if (pending.isCancelled) {
        pending.failed(pending.lateError(now), 'host')
      } else if (reached > limit) {
        const parameters = { plugin, version, limit, reached }
        pending.failed(sandboxErrors.create('INPUT_TOO_LARGE', parameters), 'host')
      } else if (this.#isAdmitted(pending, now)) {
        this.#versionOf(isolate).accept(pending, now)
      }
    })
  }

  /** Starts what the routing table wants, and ends, after its last call, what it wants no more. */
  reconcile(snapshot: Snapshot): void {
    if (this.#isStopped) return
    const wanted = wantedVersions(snapshot)
    for (const version of wanted.values()) {
      const one = this.#versionOf(bareIsolate(version, NO_TENANT))
      if (!one.isWanted) one.start(Date.now())
      one.isWanted = true
    }
    for (const [key, version] of this.#versions) {
      if (wanted.has(key) || !version.isWanted) continue
      version.isWanted = false
      void this.#ports.inFlight.drained(key).then(() => this.#endUnwanted(key, version))
    }
  }

  /** Versions that are not installed any more: what an idle process of theirs waits for does not come. */
  end(keys: readonly string[]): void {
    for (const key of keys) {
      const version = this.#versions.get(key)
      if (version === undefined) continue
      void this.#ports.inFlight.drained(key).then(() => this.#endUnwanted(key, version))
    }
  }

  /** What there is now; `strikes` count since the start. */
  stats(): Readonly<Record<TrustedFigure, number>> {
    const versions = [...this.#versions.values()]
    const sum = (of: (version: TrustedVersion) => number) =>
      versions.reduce((total, version) => total + of(version), 0)
    return {
      processes: sum(({ pid }) => (pid === undefined ? 0 : 1)),
      backingOff: sum(({ state }) => (state === 'backing-off' ? 1 : 0)),
      calls: sum(({ calls }) => calls.atWork),
      queued: sum(({ calls }) => calls.waiting),
      residentMb: Math.round(sum((version) => version.residentMb())),
      strikes: this.#strikeCount,
    }
  }

  /** Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#sweeper)
    await Promise.all([...this.#versions.values()].map((version) => version.stop()))
    await Promise.all(this.#leaving.values())
  }

  #versionOf(spec: IsolateSpec): TrustedVersion {
    const key = versionKey(spec.plugin, spec.version)
    const known = this.#versions.get(key)
    if (known !== undefined) return known
    const ports = {
      ...this.#ports,
      prepare: async (of: IsolateSpec) => {
        await this.#leaving.get(key)
        return this.#ports.prepare(of)
      },
      onStrike: (of: IsolateSpec, code: string) => this.#strike(of, code),
    }
    const made = new TrustedVersion(spec, ports)
    this.#versions.set(key, made)
    return made
  }

  #sweep(): void {
    const now = Date.now()
    for (const [key, version] of this.#versions) {
      version.sweep(now)
      const isAtRest = version.isIdle && now - version.usedAt > UNWANTED_IDLE_MS
      if (!version.isWanted && isAtRest) this.#endUnwanted(key, version)
    }
  }

  /** Process, socket and folder go; should it be called once more, all of it is made anew. */
  #endUnwanted(key: string, version: TrustedVersion): void {
    if (version.isWanted || !version.isIdle || this.#versions.get(key) !== version) return
    this.#versions.delete(key)
    const left = this.#remove(version).finally(() => {
      if (this.#leaving.get(key) === left) this.#leaving.delete(key)
    })
    this.#leaving.set(key, left)
  }

  async #remove(version: TrustedVersion): Promise<void> {
    await version.stop()
    const { folder, spec } = version
    if (folder === undefined) return
    await this.#ports.removeFolder(folder).catch((err: unknown) => {
      const fields = { err, plugin: spec.plugin, version: spec.version }
      this.#ports.log.warn(fields, 'the folder of a trusted version cannot be removed')
    })
  }

  #isAdmitted(pending: PendingCall, now: number): boolean {
    const { isolate } = pending.call
    const admission = this.#strikes.admit(isolate, now)
    const error = circuitError(isolate, admission)
    if (error !== undefined) {
      pending.failed(error, 'plugin')
      return false
    }
    if (admission.kind === 'probe') {
      pending.onOver = (isUnharmed) => {
        const { plugin, version } = isolate
        if (!this.#strikes.probeEnded(isolate, isUnharmed)) return
        this.#ports.onEvent({ kind: 'circuit-closed', plugin, version })
      }
    }
    return true
  }

  #strike({ plugin, version, publisher }: IsolateSpec, code: string): void {
    // Which tenant's call it was cannot be told of a process that serves them all.
    const culprit: Culprit = { plugin, version, publisher, tenant: NO_TENANT, code }
    this.#strikeCount++
    const { strikes, isOpened } = this.#strikes.strike(culprit, Date.now())
    if (isOpened) this.#ports.onEvent({ kind: 'circuit-opened', culprit, strikes })
  }
}
