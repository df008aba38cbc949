import type {
  Batch,
  BatchFailure,
  BatchOutcome,
  BatchTarget,
  Column,
  DescribeOutcome,
  LoadedBundle,
} from '@signalbox/sandbox'
import type { UdfSignature } from '@signalbox/sdk'
import { CodedError } from '@signalbox/sdk/errors'
import { pluginRefusal } from '@signalbox/sdk/host-calls/plugin-refusal'
import { isolateOf } from '../broker/isolate-spec.ts'
import { coreErrors } from '../errors.ts'
import type { Metered } from '../invocations/usage-meter.ts'
import type { InFlight } from '../rollout/routing/in-flight.ts'
import { type InstalledVersion, type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { timeLeft, type UdfDeadline } from './udf-deadline.ts'
import type { UdfLanes } from './udf-lanes.ts'
import { UdfSignatures } from './udf-signatures.ts'
import { type ProvidedUdf, providedUdfs, type UdfName, udfTarget } from './udf-target.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly lanes: UdfLanes
  /** A version whose functions are at work is not let go. */
  readonly inFlight: Pick<InFlight, 'begin'>
  readonly loadBundle: (version: InstalledVersion) => Promise<LoadedBundle>
  readonly meter: { add(of: BatchTarget['isolate'], used: Metered, now: number): void }
  readonly now: () => number
}

export interface UdfCall extends UdfName {
  /** Decides the version where a rollout goes by request. */
  readonly requestId: string
  /** From here to the answer. */
  readonly deadlineMs: number
  readonly maxRows: number
  /** Columns for what the function says of its arguments. */
  readonly columns: (signature: UdfSignature | null) => readonly Column[]
}

export interface UdfAnswer {
  readonly column: Column
  readonly version: string
}

/** A function as a list shows it; arguments and result are null when it declares nothing, or cannot be asked. */
export interface ListedUdf {
  readonly plugin: string
  readonly version: string
  readonly id: string
  readonly arguments: UdfSignature['args'] | null
  readonly result: UdfSignature['returns'] | null
  readonly deterministic: boolean
  /** Why it could not be asked. */
  readonly fault?: { readonly code: string; readonly detail: string }
}

/** Functions that a page of the list asks what they take must have answered by then, all together. */
const LIST_MS = 10_000

/** Runs the functions that a tenant's plugins provide, and tells which there are. */
export class UdfService {
  readonly #ports: Ports
  readonly #signatures = new UdfSignatures()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @param page what of the list is wanted, so that no more functions are asked */
  async list(
    tenant: string,
    plugin: string | undefined,
    page: (all: readonly ProvidedUdf[]) => readonly ProvidedUdf[],
  ): Promise<readonly ListedUdf[]> {
    const deadline = { begunAt: this.#ports.now(), limitMs: LIST_MS }
    const listed: ListedUdf[] = []
    // One after the other: the functions of one bundle share the isolate that the first of them made.
    for (const udf of page(providedUdfs(this.#ports.snapshot(), tenant, plugin))) {
      listed.push(await this.#listed(udf, tenant, deadline))
    }
    return listed
  }

  /** @throws what udfTarget throws, CORE_INPUT_INVALID, CORE_UDF_ROWS_TOO_MANY, SBX_BATCH_…, the function's own refusal */
  async call(call: UdfCall): Promise<UdfAnswer> {
    const deadline = { begunAt: this.#ports.now(), limitMs: call.deadlineMs }
    const provided = udfTarget(this.#ports.snapshot(), call, call.requestId)
    const signature = await this.#signatureOf(provided, call.tenant, deadline)
    const columns = call.columns(signature)
    const rows = columns[0]?.rows ?? 1
    const { plugin, version } = provided.version
    if (rows > call.maxRows) {
      const told = { plugin, version, udf: call.udf, reached: rows, limit: call.maxRows }
      throw coreErrors.create('UDF_ROWS_TOO_MANY', told)
    }
    const target = this.#targetOf(provided, call.tenant)
    const deadlineMs = timeLeft(deadline, this.#ports.now(), provided, rows)
    const batch: Batch = { ...target, columns, rows, deadlineMs }
    const outcome = await this.#run(batch)
    this.#meter(target, outcome, outcome.kind === 'ok' ? bytesOf(outcome.column) : 0)
    if (outcome.kind === 'ok') return { column: outcome.column, version }
    throw failureOf(outcome)
  }

  /** It ends by its own deadline, a minute at most, also where its version is taken out of service meanwhile. */
  async #run(batch: Batch): Promise<BatchOutcome> {
    const { plugin, version } = batch.isolate
    const end = this.#ports.inFlight.begin(versionKey(plugin, version))
    try {
      return await (await this.#ports.lanes.get()).run(batch)
    } finally {
      end()
    }
  }

  async #listed(provided: ProvidedUdf, tenant: string, deadline: UdfDeadline): Promise<ListedUdf> {
    const { version, udf, isDeterministic } = provided
    const named = { plugin: version.plugin, version: version.version, id: udf }
    try {
      const signature = await this.#signatureOf(provided, tenant, deadline)
      return {
        ...named,
        arguments: signature?.args ?? null,
        result: signature?.returns ?? null,
        deterministic: isDeterministic,
      }
    } catch (error) {
      // One plugin that cannot be asked hides none of the others.
      if (!(error instanceof CodedError)) throw error
      const fault = { code: error.code, detail: error.message }
      return { ...named, arguments: null, result: null, deterministic: isDeterministic, fault }
    }
  }

  async #signatureOf(
    provided: ProvidedUdf,
    tenant: string,
    deadline: UdfDeadline,
  ): Promise<UdfSignature | null> {
    const known = this.#signatures.get(provided)
    if (known !== undefined) return known
    const target = this.#targetOf(provided, tenant)
    const lanes = await this.#ports.lanes.get()
    const left = timeLeft(deadline, this.#ports.now(), provided, 0)
    const outcome = await lanes.describe(target, left)
    this.#meter(target, outcome, 0)
    if (outcome.kind !== 'described') throw failureOf(outcome)
    this.#signatures.set(provided, outcome.signature)
    return outcome.signature
  }

  #targetOf({ version, udf }: ProvidedUdf, tenant: string): BatchTarget {
    const { snapshot, loadBundle } = this.#ports
    return {
      isolate: isolateOf(snapshot(), version, tenant),
      loadBundle: async () => textOf((await loadBundle(version)).source),
      udf,
    }
  }

  #meter(target: BatchTarget, { cpuMs, peakHeapMb }: DescribeOutcome | Used, bytesOut: number) {
    const used = { cpuMs, peakHeapMb, bytesOut, hostCalls: 0 }
    this.#ports.meter.add(target.isolate, used, this.#ports.now())
  }
}

type Used = Pick<DescribeOutcome, 'cpuMs' | 'peakHeapMb'>

function failureOf(failure: BatchFailure): CodedError {
  if (failure.kind === 'failed') return failure.error
  const { code, message, row } = failure
  const faults = row < 0 ? [] : [{ pointer: '', detail: `at row ${row}: ${message}` }]
  return pluginRefusal(code, message, faults)
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}

export function bytesOf(column: Column): number {
  const values = 'values' in column ? column.values : column.bytes
  return values.byteLength
}
