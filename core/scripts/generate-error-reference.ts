import { mkdir, writeFile } from 'node:fs/promises'
import { errorReference, loadCatalogues } from './error-reference.ts'

const folder = new URL('../docs/', import.meta.url)
await mkdir(folder, { recursive: true })
const catalogues = await loadCatalogues(new URL('../../', import.meta.url))
await writeFile(new URL('errors.md', folder), errorReference(catalogues))
console.log('core/docs/errors.md')
