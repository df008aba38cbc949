import type { BatchHeader } from '../../../columns/pack-columns.ts'
import { Digest } from '../../../lane/child/guest/digest.ts'
import { type GuestClock, hardenGlobals } from '../../../lane/child/guest/harden.ts'
import type { Primordials } from '../../../lane/child/guest/primordials.ts'
import { GuestRandom } from '../../../lane/child/guest/random.ts'
import { guestSeam } from '../../../lane/child/guest/seam.ts'
import { thrownMessage, thrownText } from '../../../lane/child/guest/thrown.ts'
import type { MorselTask } from '../morsel-task.ts'
import type { BatchPrimordials } from './batch-primordials.ts'
import { GuestColumn, guestValues } from './guest-column.ts'
import { ResultColumn } from './result-column.ts'
import { Utf8 } from './utf8.ts'

/** Ops of the door into the isolate. */
export const batchOps = { link: 0, describe: 1, prepare: 2, run: 3 } as const

type Udf = (...args: unknown[]) => unknown
/** Made by scalar-loop.ts for one signature; puts the row it stands at into `at` when it throws. */
type ScalarLoop = (
  udf: Udf,
  columns: readonly GuestColumn[],
  rows: number,
  result: ResultColumn,
  at: { row: number },
) => void

/** Runs UDFs over the columns in the buffer that this guest shares with its worker. */
export class BatchRuntime {
  readonly #p: Primordials
  readonly #b: BatchPrimordials
  readonly #utf8: Utf8
  readonly #clock: GuestClock = { now: 0 }
  readonly #loops: Record<PropertyKey, ScalarLoop | undefined>
  #udfs: unknown
  #buffer: ArrayBufferLike | undefined

  constructor(p: Primordials, b: BatchPrimordials) {
    this.#p = p
    this.#b = b
    this.#utf8 = new Utf8(b)
    this.#loops = p.dictionary<ScalarLoop>()
    // A pure function has no use for chance: every isolate draws the same numbers.
    const random = new GuestRandom(p, 'AAAAAAAAAAAAAAAAAAAAAA')
    hardenGlobals(p, this.#clock, true)
    p.define(p.Math, 'random', () => random.number(), false)
    p.define(globalThis, 'console', silentConsole(), false)
    // The Web's standards that a bundle brings along look for this while they load; nobody's call asks the host.
    const seam = guestSeam(p, {
      clock: this.#clock,
      digest: new Digest(p),
      current: () => undefined,
      random: () => random,
      fail: () => undefined,
    })
    p.define(globalThis, '__signalbox_guest', seam, false)
  }

  /**
   * The only door: primitives in, one string out. `extra` is the shared buffer when the guest is linked, and a loop
   * when one is prepared; both are made by the worker, neither is an object of the host.
   */
  enter(op: number, text: string, extra: unknown): string {
    if (op === batchOps.link) return this.#link(extra as ArrayBufferLike)
    if (op === batchOps.describe) return this.#describe(text)
    if (op === batchOps.prepare) {
      this.#loops[text] = extra as ScalarLoop
      return ''
    }
    return this.#run(this.#p.parse(text) as MorselTask)
  }

  /** @returns an empty text, or why the bundle is no plugin. */
  #link(buffer: ArrayBufferLike): string {
    this.#buffer = buffer
    try {
      this.#p.deleteProperty(globalThis, '__signalbox_guest')
      const bundle = (globalThis as Record<string, unknown>).__signalbox_plugin
      const plugin = this.#own(bundle, 'default')
      this.#udfs = this.#own(plugin, 'udfs')
      const isPlugin = typeof plugin === 'object' && plugin !== null
      return isPlugin ? '' : 'the bundle has no default export made by definePlugin'
    } catch (error) {
      return thrownMessage(this.#p, error)
    }
  }

  /** What a function says of itself, as JSON: `null` for nothing; no text at all when there is no such function. */
  #describe(name: string): string {
    const udf = this.#own(this.#udfs, name)
    if (typeof udf !== 'function') return ''
    return this.#p.stringify(this.#own(udf, 'udf') ?? null) ?? 'null'
  }

  /** @returns a record, see parseAnswer in batch-isolate.ts. */
  #run(task: MorselTask): string {
    this.#clock.now = task.now
    const at = { row: -1 }
    let result: ResultColumn | undefined
    try {
      const udf = this.#own(this.#udfs, task.udf) as Udf
      const buffer = this.#buffer as ArrayBufferLike
      const { rows } = task.header
      const columns = this.#columns(task.header, buffer)
      result = new ResultColumn(this.#b, this.#utf8, this.#p.stringify, {
        type: task.returns,
        rows,
        buffer,
        at: task.resultAt,
      })
      const loop = this.#loops[task.loop]
      if (loop === undefined) this.#runColumnar(udf, columns, task, result)
      else loop(udf, columns, rows, result, at)
      return `O${result.hasNulls ? 1 : 0} ${result.end}`
    } catch (error) {
      return this.#failure(error, result, at.row)
    }
  }

  #runColumnar(
    udf: Udf,
    columns: readonly GuestColumn[],
    task: MorselTask,
    result: ResultColumn,
  ): void {
    result.fill(udf(columns, task.header.rows, result.out))
    if (task.nulls === 'pass') return
    for (let index = 0; index < columns.length; index++) {
      const { validity } = columns[index] as GuestColumn
      if (validity !== undefined) result.maskBy(validity)
    }
  }

  #columns(header: BatchHeader, buffer: ArrayBufferLike): readonly GuestColumn[] {
    const columns: GuestColumn[] = []
    const { rows } = header
    for (let index = 0; index < header.columns.length; index++) {
      const place = header.columns[index] as BatchHeader['columns'][number]
      const isText = place.type === 'utf8' || place.type === 'json'
      const length = isText ? place.bytes : rows
      const b = this.#b
      const parts = {
        values: guestValues(b, place.type, buffer, place.values, length),
        offsets: isText ? new b.Int32Array(buffer, place.offsets ?? 0, rows + 1) : undefined,
        validity:
          place.validity === undefined
            ? undefined
            : new b.Uint8Array(buffer, place.validity, (rows + 7) >> 3),
      }
      columns[index] = new GuestColumn(place.type, rows, parts, this.#utf8, this.#p.parse)
    }
    return columns
  }

  #failure(error: unknown, result: ResultColumn | undefined, row: number): string {
    const p = this.#p
    if (result !== undefined && error === result.fault) {
      return `F${result.fault.reason}\n${result.fault.row}\n${result.fault.detail}`
    }
    const message = thrownMessage(p, error)
    const code = thrownText(p, error, 'code')
    if (code !== '' && thrownText(p, error, 'name') === 'Refusal') {
      return `N${code}\n${row}\n${message}`
    }
    return `Fthrew\n${row}\n${message}`
  }

  #own(owner: unknown, name: string): unknown {
    const isOwner = (typeof owner === 'object' && owner !== null) || typeof owner === 'function'
    if (!isOwner || !this.#p.hasOwn(owner as object, name)) return undefined
    return (owner as Record<string, unknown>)[name]
  }
}

/** What a function of rows writes, it writes a million times: there is a console, and nobody reads it. */
export function silentConsole(): object {
  const silent = () => undefined
  return { trace: silent, debug: silent, log: silent, info: silent, warn: silent, error: silent }
}
