import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import { faultsOf } from '@signalbox/sdk/schema'
import { parse } from 'secure-json-parse'
import { coreErrors } from '../errors.ts'
import type { CallRequest } from './call.ts'

interface Input {
  readonly input: unknown
  readonly inputJson: string
}

/** The body of a POST or the query of a GET; only a safe operation is asked by GET. */
export function readInput(
  request: CallRequest,
  { name, definition, validateQuery }: CompiledOperation,
): Input {
  if (request.method === 'POST') return readBody(request.body)
  if (definition.safe !== true) throw coreErrors.create('METHOD_NOT_SAFE', { operation: name })
  const query = { ...(request.query as object) }
  if (!validateQuery(query)) {
    throw coreErrors.create('INPUT_INVALID', {}, { faults: faultsOf(validateQuery) })
  }
  return { input: query, inputJson: JSON.stringify(query) }
}

function readBody(body: unknown): Input {
  const text = typeof body === 'string' ? body : ''
  try {
    // The parser would skip it, the guest's would not (RFC 8259 §8.1).
    if (text.startsWith('\uFEFF')) throw new SyntaxError('it starts with a byte order mark')
    // `__proto__` in a body is an attack, never data.
    return { input: parse(text, { protoAction: 'error' }), inputJson: text }
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 120) : 'no JSON'
    throw coreErrors.create('BODY_UNREADABLE', { reason }, { cause: error })
  }
}

/** Before it is parsed: what a version may not be given is not worth reading. */
export function requireSize(body: unknown, limitKb: number | undefined): void {
  if (limitKb === undefined || typeof body !== 'string') return
  if (Buffer.byteLength(body) <= limitKb * 1024) return
  throw coreErrors.create('BODY_TOO_LARGE', { limitKb })
}
