import { createHash } from 'node:crypto'
import { unifiedDiff, type Work } from './line-diff.ts'

export interface DiffedFile {
  readonly path: string
  readonly bytes: Buffer
}

export interface FileChange {
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** It is the JSON Schema of the plugin's settings. */
  readonly isConfigSchema: boolean
  readonly before: FileDigest | null
  readonly after: FileDigest | null
  /** Unified; null: it is told by its size and digest alone, see `untold`. */
  readonly diff: string | null
  readonly untold: 'binary' | 'too-large' | 'too-different' | null
}

interface FileDigest {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface PackageDiff {
  readonly files: readonly FileChange[]
  readonly unchanged: number
  /** There are more changed files than are told. */
  readonly isCut: boolean
}

const MOST_FILES = 500
/** Of one file, before and after together: what is larger was made by a machine. */
const MOST_FILE_BYTES = 1024 * 1024
/** Of all diffs together. */
const MOST_DIFF_CHARACTERS = 2 * 1024 * 1024
/** About a second of one core. */
const MOST_WORK = 5_000_000

/** The files of a version beside those of the release before it, in the order of their paths. Pure. */
export function packageDiff(
  before: readonly DiffedFile[],
  after: readonly DiffedFile[],
  isConfigSchema: (path: string) => boolean,
): PackageDiff {
  const [old, now] = [byPath(before), byPath(after)]
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort()
  const changed = paths.filter((path) => {
    const [one, other] = [old.get(path), now.get(path)]
    return one === undefined || other === undefined || !one.equals(other)
  })
  const budget = { work: { left: MOST_WORK }, characters: MOST_DIFF_CHARACTERS }
  const files = changed.slice(0, MOST_FILES).map((path): FileChange => {
    const [one, other] = [old.get(path), now.get(path)]
    return {
      path,
      kind: one === undefined ? 'added' : other === undefined ? 'removed' : 'changed',
      isConfigSchema: isConfigSchema(path),
      before: digestOf(one),
      after: digestOf(other),
      ...told(one ?? nothing, other ?? nothing, budget),
    }
  })
  const unchanged = paths.length - changed.length
  return { files, unchanged, isCut: changed.length > MOST_FILES }
}

const nothing = Buffer.alloc(0)

function told(
  before: Buffer,
  after: Buffer,
  budget: { readonly work: Work; characters: number },
): Pick<FileChange, 'diff' | 'untold'> {
  if (before.length + after.length > MOST_FILE_BYTES) return { diff: null, untold: 'too-large' }
  const [old, now] = [textOf(before), textOf(after)]
  if (old === undefined || now === undefined) return { diff: null, untold: 'binary' }
  const diff = unifiedDiff(old, now, budget.work)
  if (diff === undefined || diff.length > budget.characters) {
    return { diff: null, untold: 'too-different' }
  }
  budget.characters -= diff.length
  return { diff, untold: null }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function byPath(files: readonly DiffedFile[]): ReadonlyMap<string, Buffer> {
  return new Map(files.map(({ path, bytes }) => [path, bytes]))
}

function digestOf(bytes: Buffer | undefined): FileDigest | null {
  if (bytes === undefined) return null
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
