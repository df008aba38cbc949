import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generatedFiles } from './generated-files.ts'

for (const [path, text] of generatedFiles()) {
  const file = new URL(`../${path}`, import.meta.url)
  await mkdir(dirname(file.pathname), { recursive: true })
  await writeFile(file, text)
  console.log(`sdk/${path}`)
}
