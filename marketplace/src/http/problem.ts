import type { CodedError, Language } from '@signalbox/sdk/errors'

/**
 * RFC 9457 fields for people and programs, and beside them the two that npm reads: it prints `error` after
 * the status line and ignores the rest.
 */
export function problemBody(error: CodedError, language: Language, traceId: string) {
  const title = error.localizedMessage(language)
  const cure = error.cure(language)
  return {
    type: `urn:signalbox:error:${error.code}`,
    title,
    status: error.status,
    detail: cure,
    code: error.code,
    traceId,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    error: [
      title,
      ...error.faults.map(
        ({ at = '', pointer, detail }) => `${`${at} ${pointer}`.trim()} ${detail};`,
      ),
      cure,
    ].join(' '),
    reason: error.code,
  }
}
