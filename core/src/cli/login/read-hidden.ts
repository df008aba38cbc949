import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Reads a line from the terminal without showing it. @returns '' when it is given up */
export async function readHidden(question: string): Promise<string> {
  process.stdout.write(question)
  // What is typed is echoed to it, and goes no further.
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true })
  try {
    const isGivenUp = new Promise<string>((resolve) => {
      terminal.once('close', () => resolve(''))
    })
    return await Promise.race([terminal.question(''), isGivenUp])
  } finally {
    terminal.close()
    process.stdout.write('\n')
  }
}
