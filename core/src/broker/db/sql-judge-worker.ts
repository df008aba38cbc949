import { parentPort } from 'node:worker_threads'
import { loadModule } from 'libpg-query'
import { judgeText, type SqlText } from './judge-text.ts'

/** The thread that parses. See sql-judge.ts for why it is one. */
await loadModule()
parentPort?.on('message', ({ id, text }: { id: number; text: SqlText }) => {
  parentPort?.postMessage({ id, judgement: judgeText(text) })
})
