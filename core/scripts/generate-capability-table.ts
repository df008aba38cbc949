import { readFile, writeFile } from 'node:fs/promises'
import { withCapabilityTable } from './capability-table.ts'

const page = new URL('../../sdk/docs/capabilities.md', import.meta.url)
await writeFile(page, withCapabilityTable(await readFile(page, 'utf8')))
console.log('sdk/docs/capabilities.md')
