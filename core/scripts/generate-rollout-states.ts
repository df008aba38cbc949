import { writeFile } from 'node:fs/promises'
import { rolloutStatesPage } from './rollout-states-page.ts'

await writeFile(new URL('../docs/rollout-states.md', import.meta.url), rolloutStatesPage())
console.log('core/docs/rollout-states.md')
