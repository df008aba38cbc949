/**
 * The host as tests start it: `signalbox.mjs`, which ends when whoever holds the other end of its input is gone. A test
 * that was killed, even by SIGKILL, stops nothing that it began; its pipe the kernel closes.
 */
import { Socket } from 'node:net'

/** A stop in order takes some seconds, with PostgreSQL some more, and on a busy machine many times that. */
const STOP_MS = 60_000

const parent = new Socket({ fd: 0, readable: true, writable: false })
parent.once('close', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_MS).unref()
})
parent.resume()
// A host that has nothing left to do ends as it does without.
parent.unref()

await import(new URL('../../bin/signalbox.mjs', import.meta.url).href)
