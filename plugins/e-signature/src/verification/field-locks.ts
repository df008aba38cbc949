import { follow, type PdfState } from '../reading/pdf-file.ts'
import { dictOf, isKind, nameOf, type PdfDict, textOf } from '../reading/pdf-values.ts'

/** FieldMDP and Lock (ISO 32000-2, tables 236 and 258): fields that may not change any more. */
export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude'
  readonly fields: readonly string[]
}

export function isLocked({ action, fields }: FieldLock, field: string): boolean {
  if (action === 'All') return true
  const named = fields.some((name) => field === name || field.startsWith(`${name}.`))
  return action === 'Include' ? named : !named
}

function fieldLock(state: PdfState, dict: PdfDict | undefined): FieldLock | undefined {
  const action = nameOf(follow(state, dict?.entries.get('Action')))
  if (action !== 'All' && action !== 'Include' && action !== 'Exclude') return undefined
  const list = follow(state, dict?.entries.get('Fields'))
  const fields = isKind(list, 'array')
    ? list.items.flatMap((item) => textOf(follow(state, item)) ?? [])
    : []
  return { action, fields }
}

interface Limits {
  readonly level: 1 | 2 | 3 | undefined
  readonly certifies: boolean
  readonly locks: readonly FieldLock[]
}

/** What the references of a signature and the lock of its field set. */
export function limitsOf(state: PdfState, signature: PdfDict, field: PdfDict): Limits {
  const references = follow(state, signature.entries.get('Reference'))
  const locks: FieldLock[] = []
  const levels: (1 | 2 | 3)[] = []
  let certifies = false
  for (const item of isKind(references, 'array') ? references.items.slice(0, 20) : []) {
    const reference = dictOf(follow(state, item))
    const parameters = dictOf(follow(state, reference?.entries.get('TransformParams')))
    const method = nameOf(follow(state, reference?.entries.get('TransformMethod')))
    if (method === 'DocMDP') {
      certifies = true
      levels.push(levelOf(follow(state, parameters?.entries.get('P'))) ?? 2)
    }
    const lock = method === 'FieldMDP' ? fieldLock(state, parameters) : undefined
    if (lock !== undefined) locks.push(lock)
  }
  const own = dictOf(follow(state, field.entries.get('Lock')))
  const lock = fieldLock(state, own)
  if (lock !== undefined) locks.push(lock)
  const level = levelOf(follow(state, own?.entries.get('P')))
  if (level !== undefined) levels.push(level)
  return {
    level: levels.length === 0 ? undefined : (Math.min(...levels) as 1 | 2 | 3),
    certifies,
    locks,
  }
}

function levelOf(value: unknown): 1 | 2 | 3 | undefined {
  return value === 1 || value === 2 || value === 3 ? value : undefined
}
