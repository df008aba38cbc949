import { parentPort } from 'node:worker_threads'
import { renderMarkdown } from './render-markdown.ts'
import type { TextPlace } from './safe-link.ts'

/** The thread of markdown-renderer.ts: one text at a time, since the renderer waits for each. Its first message says that it is loaded. */
parentPort?.on('message', ({ text, place }: { text: string; place: TextPlace }) => {
  parentPort?.postMessage(renderMarkdown(text, place))
})
parentPort?.postMessage(undefined)
