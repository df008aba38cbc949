import { sha256 } from '@noble/hashes/sha2.js'
import { joined, latin1 } from '../pdf/bytes.ts'
import { bytesSyntax, dictionarySyntax } from '../pdf/syntax.ts'
import type { PlanTrailer } from './signing-plan.ts'

/** What an increment has to know of the file that it is appended to. */
export interface IncrementBase {
  readonly size: number
  /** Null: there is nothing but a header, and a whole file is written. */
  readonly startxref: number | null
  readonly xref: 'table' | 'stream'
  readonly nextObject: number
  readonly trailer: PlanTrailer
  readonly catalog: { readonly object: number; readonly generation: number }
}

/** What the next increment has to know instead. */
export interface IncrementEnd extends Pick<IncrementBase, 'size' | 'nextObject' | 'trailer'> {
  readonly startxref: number
}

interface Placed {
  readonly object: number
  readonly generation: number
  readonly offset: number
}

/** An incremental update as it is written (ISO 32000-2, 7.5.6): objects, then one cross-reference section of the kind before. */
export class Increment {
  readonly #base: IncrementBase
  readonly #parts: Uint8Array[] = [latin1('\n')]
  readonly #placed: Placed[] = []
  #length = 1
  #next: number

  constructor(base: IncrementBase) {
    this.#base = base
    this.#next = base.nextObject
  }

  /** Of the next byte, in the new file. */
  get offset(): number {
    return this.#base.size + this.#length
  }

  /** A number for an object that is written later. */
  reserve(): number {
    return this.#next++
  }

  /** @returns its number */
  add(body: string, object = this.reserve()): number {
    this.put(object, 0, body)
    return object
  }

  put(object: number, generation: number, body: string): void {
    this.begin(object, generation)
    this.write(`${body}\nendobj\n`)
  }

  /** Begins an object of which the caller writes the rest. */
  begin(object: number, generation: number): void {
    this.#placed.push({ object, generation, offset: this.offset })
    this.write(`${object} ${generation} obj\n`)
  }

  addStream(
    entries: Readonly<Record<string, string>>,
    data: Uint8Array,
    object = this.reserve(),
  ): number {
    this.begin(object, 0)
    this.write(`${dictionarySyntax({ ...entries, Length: String(data.length) })}\nstream\n`)
    this.writeBytes(data)
    this.write('\nendstream\nendobj\n')
    return object
  }

  write(text: string): void {
    this.writeBytes(latin1(text))
  }

  writeBytes(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.#length += bytes.length
  }

  /** Writes the cross-reference section. The increment is done then. */
  finish(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly end: IncrementEnd } {
    const { size, startxref, xref, trailer, catalog } = this.#base
    const at = this.offset
    // So that each revision has an identifier of its own that follows from what it is (ISO 32000-2, 14.4).
    const mark = latin1(`${trailer.id[1]} ${at} ${this.#next}`)
    const changing = hex(sha256(joined([mark, ...this.#parts])).subarray(0, 16))
    const nextTrailer: PlanTrailer = { ...trailer, id: [trailer.id[0], changing] }
    const entries: Record<string, string> = {
      Root: `${catalog.object} ${catalog.generation} R`,
      ...(trailer.info === undefined ? {} : { Info: trailer.info }),
      ID: `[<${trailer.id[0]}><${changing}>]`,
      ...(startxref === null ? {} : { Prev: String(startxref) }),
    }
    if (xref === 'stream') this.#writeXrefStream(at, entries)
    else this.#writeXrefTable(entries)
    this.write(`startxref\n${at}\n%%EOF\n`)
    const bytes = joined(this.#parts)
    const next = { size: size + bytes.length, startxref: at, nextObject: this.#next }
    return { bytes, end: { ...next, trailer: nextTrailer } }
  }

  #writeXrefTable(entries: Record<string, string>): void {
    this.write('xref\n')
    if (this.#base.startxref === null) this.write('0 1\n0000000000 65535 f \n')
    for (const run of runsOf(this.#placed)) {
      this.write(`${(run[0] as Placed).object} ${run.length}\n`)
      for (const { offset, generation } of run) {
        this.write(
          `${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} n \n`,
        )
      }
    }
    this.write(`trailer\n${dictionarySyntax({ Size: String(this.#next), ...entries })}\n`)
  }

  /** The stream lists itself; it is not compressed, so that what is signed can be read with the eye. */
  #writeXrefStream(at: number, entries: Record<string, string>): void {
    const object = this.reserve()
    const runs = runsOf([...this.#placed, { object, generation: 0, offset: at }])
    const rows: number[] = []
    for (const { offset, generation } of runs.flat()) {
      rows.push(1, offset >>> 24, offset >>> 16, offset >>> 8, offset, generation >>> 8, generation)
    }
    const index = runs.map((run) => `${(run[0] as Placed).object} ${run.length}`).join(' ')
    const dictionary = {
      Type: '/XRef',
      Size: String(this.#next),
      W: '[1 4 2]',
      Index: `[${index}]`,
    }
    this.addStream(
      { ...dictionary, ...entries },
      Uint8Array.from(rows, (row) => row & 0xff),
      object,
    )
  }
}

/** In the order of their numbers, those that follow each other together. */
function runsOf(placed: readonly Placed[]): Placed[][] {
  const runs: Placed[][] = []
  for (const one of [...placed].sort((a, b) => a.object - b.object)) {
    const run = runs.at(-1)
    if (run?.at(-1)?.object === one.object - 1) run.push(one)
    else runs.push([one])
  }
  return runs
}

function hex(bytes: Uint8Array): string {
  return bytesSyntax(bytes).slice(1, -1)
}
