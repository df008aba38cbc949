#!/usr/bin/env node
// Plain JavaScript that any Node since 12 can read: it has to tell an old one what is missing.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `signalbox-udf needs Node 24, and this is Node ${process.versions.node}: start it with "npx".\n`,
  )
  process.exit(2)
}
import('../src/batch/runner/run-command.ts').then(
  ({ runCommand }) => runCommand(process.argv.slice(2)),
  (error) => {
    process.stderr.write(`${error.message}\nRun "npm ci" in the project's folder first.\n`)
    process.exit(1)
  },
)
