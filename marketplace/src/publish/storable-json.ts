import type { InputFault } from '@signalbox/sdk/errors'
import { pointerTo } from '@signalbox/sdk/json-pointer'
import type { PackageInspection } from '../ports.ts'

/** What a document may take up in the database. */
export interface Room {
  readonly kib: number
  /** Levels, which must stay far from what exhausts a stack in V8 or PostgreSQL. */
  readonly depth: number
}

/** A package.json with a long manifest; every packument repeats it for every version. */
const packageJsonRoom: Room = { kib: 128, depth: 32 }

/** A contract file has a MiB at most when it is packed; its schemas may go 64 levels deep. */
const contractRoom: Room = { kib: 1024, depth: 80 }

/** What of a package the database could not hold, each with the file and the place in it. */
export function unstorableParts({
  packageJson,
  manifest,
  contracts,
}: Pick<PackageInspection, 'packageJson' | 'manifest' | 'contracts'>): readonly InputFault[] {
  const paths = new Map(manifest.provides?.services?.map(({ id, contract }) => [id, contract]))
  const inside = (at: string, base: string, value: unknown, room: Room) =>
    storageFaults(value, room).map(({ pointer, detail }) => {
      return { at, pointer: base + pointer, detail }
    })
  const own = inside('package.json', '', packageJson, packageJsonRoom)
  return [
    ...(own.length > 0 ? own : inside('package.json', '/signalbox', manifest, packageJsonRoom)),
    ...Object.entries(contracts).flatMap(([id, contract]) =>
      inside(paths.get(id) ?? id, '', contract, contractRoom),
    ),
  ]
}

/**
 * PostgreSQL's jsonb cannot hold everything JSON can: U+0000 and lone surrogates are errors there. They are
 * refused here with a pointer, instead of surfacing as a failed statement in the middle of a publish.
 */
export function storageFaults(value: unknown, room: Room): readonly InputFault[] {
  const fault = firstFault(value, '', room.depth)
  if (fault !== undefined) return [fault]
  return Buffer.byteLength(JSON.stringify(value)) > room.kib * 1024
    ? [{ pointer: '', detail: `is larger than ${room.kib} KiB: move texts into files` }]
    : []
}

function firstFault(value: unknown, pointer: string, levels: number): InputFault | undefined {
  if (typeof value === 'string') {
    return isStorable(value) ? undefined : { pointer, detail: 'holds U+0000 or a lone surrogate' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (levels === 0) return { pointer, detail: 'is nested too deep: write it flatter' }
  for (const [key, child] of Object.entries(value)) {
    if (!isStorable(key)) return { pointer, detail: 'has a key with U+0000 or a lone surrogate' }
    const fault = firstFault(child, pointerTo(pointer, key), levels - 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}
