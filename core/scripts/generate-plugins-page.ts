import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { pluginsPage } from './plugins-page.ts'

const folder = fileURLToPath(new URL('../../plugins/', import.meta.url))
await writeFile(`${folder}README.md`, await pluginsPage(folder))
console.log('plugins/README.md')
