import { writeFile } from 'node:fs/promises'
import { hostEventsPage } from './host-events-page.ts'

const page = new URL('../docs/host-events.md', import.meta.url)
await writeFile(page, hostEventsPage())
console.log('core/docs/host-events.md')
