import { parentPort } from 'node:worker_threads'
import { loadModule } from 'libpg-query'
import { judgeText, type SqlText } from './judge-text.ts'

/** The thread that parses. See sql-judge.ts for why it is one. */
// A text nested too deeply ends in a stack overflow; telling its thousands of frames would take seconds.
Error.stackTraceLimit = 0
await loadModule()
parentPort?.on('message', (text: SqlText) => parentPort?.postMessage(judgeText(text)))
parentPort?.postMessage('ready')
