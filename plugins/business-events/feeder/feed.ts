import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { RecordedEvent } from '../scripts/company.ts'
import { sendEvents } from './send-events.ts'
import { shiftedTo } from './shift-events.ts'

const usage = `usage: npm run feed -- [--url http://127.0.0.1:4400] [--tenant demo] [--app replenishment]
                   [--key-file .signalbox/demo-key] [--recording <file>] [--as-recorded]

Sends the events of a recording to a host as an app: by default two years of a company, moved so that they end last week.
The app's key comes from the file, by default of the demo in SIGNALBOX_HOME; a tenant's admin allows the types once (PUT /v1/tenants/{tenant}/apps/{app}/events).
`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:4400' },
    tenant: { type: 'string', default: 'demo' },
    app: { type: 'string', default: 'replenishment' },
    'key-file': {
      type: 'string',
      default: join(process.env.SIGNALBOX_HOME ?? '.signalbox', 'demo-key'),
    },
    recording: {
      type: 'string',
      default: new URL('../recordings/dongchen.ndjson', import.meta.url).pathname,
    },
    'as-recorded': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(usage)
else await feed()

async function feed(): Promise<void> {
  const { url, tenant, app } = values
  const key = await keyIn(values['key-file'])
  const text = await readFile(values.recording, 'utf8')
  const recorded = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedEvent)
  const events = values['as-recorded'] ? recorded : shiftedTo(recorded, Date.now())
  const { accepted, duplicates } = await sendEvents({ url, key, tenant, app }, events, (sent) =>
    process.stderr.write(`${sent} of ${events.length}\n`),
  )
  process.stdout.write(`${accepted} events taken, ${duplicates} were there already\n`)
}

async function keyIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    process.stderr.write(
      `The key of the app cannot be read from ${file} (${reason}). Start the host with its demo, or name a file with --key-file.\n`,
    )
    process.exit(1)
  }
}
