import { CodedError } from '@signalbox/sdk/errors'
import type { GuestPorts } from './guest-ports.ts'

/**
 * Each host call as a part of the trace, by its name and nothing of what it says.
 * @param isKnown a name that the host does not have is the guest's own text
 */
export function tracedHostCall(
  hostCall: GuestPorts['hostCall'],
  isKnown: (name: string) => boolean,
): GuestPorts['hostCall'] {
  return (scope, name, payload, signal) => {
    const { span } = scope
    if (span === undefined) return hostCall(scope, name, payload, signal)
    const part = span.child(isKnown(name) ? name : 'unknown host call', 'internal')
    return hostCall({ ...scope, span: part }, name, payload, signal).then(
      (answer) => {
        part.end()
        return answer
      },
      (error: unknown) => {
        part.end(errorTypeOf(error))
        throw error
      },
    )
  }
}

/** A plugin's refusal has a code in the plugin's words, which is no class of errors. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof CodedError)) return 'CORE_INTERNAL'
  return /^(CORE|SBX|SDK|MKT)_/.test(error.code) ? error.code : 'refused'
}
