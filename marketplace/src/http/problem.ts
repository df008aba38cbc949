import type { CodedError, InputFault, Language } from '@signalbox/sdk/errors'

/**
 * RFC 9457 fields for people and programs, and beside them the two that npm reads: it prints `error` after
 * the status line and ignores the rest.
 */
export function problemBody(error: CodedError, language: Language, traceId: string) {
  const title = error.localizedMessage(language)
  const cure = error.cure(language)
  const faults = error.faultsIn(language)
  return {
    type: `urn:signalbox:error:${error.code}`,
    title,
    status: error.status,
    detail: cure,
    code: error.code,
    traceId,
    ...(faults.length > 0 ? { errors: faults } : {}),
    error: faults.some(({ rule }) => rule !== undefined)
      ? findingLines(title, faults, cure)
      : [title, ...faults.map(faultText), cure].join(' '),
    reason: error.code,
  }
}

function faultText({ at = '', pointer, detail }: InputFault): string {
  return `${`${at} ${pointer}`.trim()} ${detail};`
}

/** What fits on a screen; `errors` has the others. */
const MAX_LINES = 30

/** npm prints each line by itself: findings as a compiler tells them, what refuses the publish first. */
function findingLines(title: string, faults: readonly InputFault[], cure: string): string {
  const lines = faults
    .slice(0, MAX_LINES)
    .flatMap(({ at = 'package.json', severity = 'error', rule = '', detail, cure: todo }) => [
      `${at}: ${severity} ${rule}: ${detail}`,
      ...(todo === undefined ? [] : [`    ${todo}`]),
    ])
  const more = faults.length > MAX_LINES ? [`… +${faults.length - MAX_LINES}`] : []
  return [title, ...lines, ...more, cure].join('\n')
}
