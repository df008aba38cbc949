import { createWriteStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { compileAhead } from '../lane/child/compile-ahead.ts'
import { GuestFailure } from '../lane/child/guest-failure.ts'
import { startSelfWatch } from '../lane/child/self-watch.ts'

/**
 * Main program of the compile process: a bundle on standard input, what V8 made of it on descriptor 3, and
 * nothing else: no environment, no network client, no file but its own sources and isolated-vm. It ends with its
 * host, also while a bundle holds its thread.
 */
startSelfWatch(process.ppid)
try {
  const bundle = await buffer(process.stdin)
  const code = compileAhead(bundle.toString('utf8'))
  const out = createWriteStream('', { fd: 3 })
  out.end(Buffer.from(code))
} catch (error) {
  process.stderr.write(`Error: ${reasonOf(error)}\n`)
  process.exitCode = 1
}

function reasonOf(error: unknown): string {
  if (!(error instanceof GuestFailure))
    return error instanceof Error ? error.message : String(error)
  if (error.reason === 'turn-timeout') return 'its top level timed out'
  return error.reason === 'memory' ? 'its top level ran out of memory' : error.message
}
