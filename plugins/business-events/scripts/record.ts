import { writeFile } from 'node:fs/promises'
import { recordCompany } from './company.ts'

const file = new URL('../recordings/dongchen.ndjson', import.meta.url)
const events = recordCompany()
await writeFile(file, `${events.map((event) => JSON.stringify(event)).join('\n')}\n`)
console.log(`${events.length} events`)
