#!/usr/bin/env node
// Plain JavaScript that any Node since 12 can read: an old one hands over to the Node 24 that the project brings along, or
// says what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const isOld = Number(process.versions.node.split('.')[0]) < 24
const own = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url))

if (!isOld) start()
else if (existsSync(own)) handOver()
else refuse()

function handOver() {
  const child = spawn(own, process.argv.slice(1), { stdio: 'inherit' })
  // From a terminal both are told; who tells this one alone means the other.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', refuse)
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + constants.signals[signal] : code
  })
}

function refuse() {
  const zh = /^zh/.test(process.env.SIGNALBOX_LANG || process.env.LC_ALL || process.env.LANG || '')
  process.stderr.write(
    zh
      ? `signalbox 需要 Node 24，当前为 ${process.versions.node}。\n请先运行 "npm ci"，再用 "npm start" 或 "npx signalbox …" 启动：它们会使用项目自带的 Node 24。\n`
      : `signalbox needs Node 24, and this is Node ${process.versions.node}.\nRun "npm ci", then start with "npm start" or "npx signalbox …": they use the Node 24 that the project brings along.\n`,
  )
  process.exit(1)
}

// Halves what loading costs from the second start on. In the project's own folder: a shared /tmp could be
// prepared by somebody else. Where it cannot be written, Node goes on without.
function start() {
  import('node:module')
    .then(({ enableCompileCache }) => {
      const folder = new URL('../../node_modules/.cache/signalbox', import.meta.url).pathname
      // For the host's own threads, which look only here.
      process.env.NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE || folder
      enableCompileCache(folder)
      return import('../src/cli/run.ts')
    })
    .then(
      ({ run }) => run(process.argv.slice(2)),
      (error) => {
        process.stderr.write(`${error.message}\nRun "npm ci" in the project's folder first.\n`)
        process.exit(1)
      },
    )
}
