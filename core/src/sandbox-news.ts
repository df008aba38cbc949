import type { EventEmitter } from 'node:events'
import { prepareCompiling, prepareInspecting, Sandbox, type SandboxEvent } from '@signalbox/sandbox'
import type { FastifyBaseLogger } from 'fastify'
import type { StopStack } from './stop-stack.ts'

/** What the sandbox tells; who listens comes later than it. */
export type SandboxNews = EventEmitter<{ event: [SandboxEvent] }>

export async function startSandbox(
  news: SandboxNews,
  log: FastifyBaseLogger,
  stops: StopStack,
): Promise<Sandbox> {
  news.on('event', (event) => logSandboxEvent(log, event))
  prepareCompiling()
  prepareInspecting()
  const sandbox = await Sandbox.start({ onEvent: (event) => news.emit('event', event) })
  stops.push(() => sandbox.stop())
  return sandbox
}

const sandboxSentences: Readonly<Record<SandboxEvent['kind'], string>> = {
  'lane-lost': 'a lane was lost',
  'lane-retired': 'a lane was retired and replaced',
  'isolate-dropped': 'an isolate was dropped',
  'circuit-opened': 'a version is not called for a while: it cost its lane again and again',
  'circuit-closed': 'a version is called again: it no longer costs its lane',
}

/** A lane that dies is news for the operator: it names the version whose turn it was. */
function logSandboxEvent(log: FastifyBaseLogger, event: SandboxEvent): void {
  const isNews = event.kind !== 'lane-retired' && event.kind !== 'circuit-closed'
  log[isNews ? 'warn' : 'info'](event, sandboxSentences[event.kind])
}
