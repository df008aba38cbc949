import { createWriteStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { compileAhead } from '../lane/child/compile-ahead.ts'

/**
 * Main program of the compile process: a bundle on standard input, what V8 made of it on descriptor 3, and
 * nothing else: no environment, no network client, no file but its own sources and isolated-vm.
 */
try {
  const bundle = await buffer(process.stdin)
  const code = compileAhead(bundle.toString('utf8'))
  const out = createWriteStream('', { fd: 3 })
  out.end(Buffer.from(code))
} catch (error) {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
