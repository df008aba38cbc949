import { writeFile } from 'node:fs/promises'
import { clientRuntime } from './client-runtime.ts'

const target = new URL('../src/catalog/documents/client-runtime.txt', import.meta.url)
await writeFile(target, await clientRuntime())
console.log('core/src/catalog/documents/client-runtime.txt')
