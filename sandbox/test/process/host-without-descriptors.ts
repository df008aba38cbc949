import { openSync } from 'node:fs'
import { runThrowAway } from '../../src/process/throw-away-process.ts'

/** Takes every descriptor there is, then wants a process; says what became of it. */
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  const limits = { deadlineMs: 5000, residentMb: 256, answerBytes: 1024 }
  const run = await runThrowAway(['--version'], Buffer.from('input'), limits)
  process.stdout.write(JSON.stringify(run))
}
