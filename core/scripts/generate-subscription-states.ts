import { writeFile } from 'node:fs/promises'
import { subscriptionStatesPage } from './subscription-states-page.ts'

const page = new URL('../docs/subscription-states.md', import.meta.url)
await writeFile(page, subscriptionStatesPage())
console.log('core/docs/subscription-states.md')
