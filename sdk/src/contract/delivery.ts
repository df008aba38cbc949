import type { InputFault } from '../errors/coded-error.ts'

const MIB = 1024 * 1024
const DEFAULT_MB = 64
const DEFAULT_SECONDS = 300

/** The part of a contract that says how answers are delivered. */
interface Delivered {
  readonly delivery?: 'call' | 'bytes'
  readonly contentType?: string
  readonly maxMb?: number
  readonly maxSeconds?: number
  readonly output?: unknown
  readonly examples?: readonly object[]
}

/** What an operation promises whose answer is bytes. */
export interface ByteDelivery {
  readonly contentType: string
  readonly maxBytes: number
  /** From the call to the last byte. */
  readonly maxMs: number
}

/** @returns undefined: the answer is one JSON value */
export function byteDelivery(operation: Delivered): ByteDelivery | undefined {
  if (operation.delivery !== 'bytes') return undefined
  const { contentType = '', maxMb = DEFAULT_MB, maxSeconds = DEFAULT_SECONDS } = operation
  return { contentType, maxBytes: maxMb * MIB, maxMs: maxSeconds * 1000 }
}

const wordsOfBytes = ['contentType', 'maxMb', 'maxSeconds'] as const

/** An operation says of its answer what belongs to its delivery, and nothing else. */
export function deliveryFaults(pointer: string, operation: Delivered): InputFault[] {
  const fault = (name: string, detail: string) => ({ pointer: `${pointer}/${name}`, detail })
  if (operation.delivery !== 'bytes') {
    const strays = wordsOfBytes.filter((name) => operation[name] !== undefined)
    return [
      ...strays.map((name) =>
        fault(name, 'belongs to "delivery": "bytes": say it, or remove this'),
      ),
      ...(operation.output === undefined ? [fault('output', 'is required: add it')] : []),
    ]
  }
  const isShown = (operation.examples ?? []).some((example) => 'output' in example)
  return [
    ...(operation.contentType === undefined
      ? [fault('contentType', 'is required of "delivery": "bytes": add it')]
      : []),
    ...(operation.output === undefined
      ? []
      : [fault('output', 'no schema can hold bytes: remove it, contentType says what they are')]),
    ...(isShown ? [fault('examples', 'an example of bytes has an input only')] : []),
  ]
}

/** Bytes need a process that streams: an isolate answers with one value. */
export function tierFaults(
  contract: { readonly operations: Readonly<Record<string, Delivered>> },
  tier: string,
): InputFault[] {
  if (tier === 'trusted') return []
  return Object.entries(contract.operations)
    .filter(([, { delivery }]) => delivery === 'bytes')
    .map(([name]) => ({
      pointer: `/operations/${name}/delivery`,
      detail: `"bytes" is for runtime.tier "trusted", and this plugin is of the tier "${tier}"`,
    }))
}
