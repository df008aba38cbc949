import { type LaneFault, laneFault, type ProcessExit } from '@signalbox/sandbox/supervision'

/**
 * Why a trusted process ended. Unlike a guest, its plugin may end it by itself, by an error that nobody caught too;
 * only a signal from outside is nobody's fault.
 */
export function processFault(exit: ProcessExit): LaneFault {
  if (exit.killedFor === 'unresponsive') {
    return { kind: 'turn-timeout', text: 'its event loop did not answer' }
  }
  const fault = laneFault(exit)
  const endedItself = exit.killedFor === null && exit.signal === null
  if (fault.kind !== 'external' || !endedItself) return fault
  return { kind: 'crash', text: `exit code ${exit.exitCode}${lastWords(exit.stderr)}` }
}

/** The line that names the error; never a stack, which would name files of the host. */
function lastWords(stderr: string): string {
  const line = stderr.split('\n').find((text) => /^\w*Error\b/.test(text))
  return line === undefined ? '' : `, ${line.slice(0, 160)}`
}
