import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const MODULE = '/contributed/pdf/pdf-data.ts'
const BYTES = '?base64'
const FOLDERS = { cMaps: /\.bcmap$/, fonts: /\.(pfb|ttf)$/ } as const
const PLACES = { cMaps: 'cmaps', fonts: 'standard_fonts' } as const

/**
 * The tables and fonts that a PDF may name without bringing them, as a contract in Chinese does: each a script of its own, which
 * is loaded when a file asks for it. The host gives browsers no other file of theirs, and no other host is asked.
 */
export function pdfData(): Plugin {
  const home = dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')))
  return {
    name: 'pdf-data',
    enforce: 'pre',
    async load(id) {
      if (id.endsWith(BYTES)) {
        const bytes = await readFile(id.slice(0, -BYTES.length))
        return `export default '${bytes.toString('base64')}'`
      }
      if (!id.endsWith(MODULE)) return undefined
      const names = Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]
      const parts = names.map(async (name) => {
        const folder = join(home, PLACES[name])
        const files = (await readdir(folder)).filter((one) => FOLDERS[name].test(one))
        const entries = files.map(
          (file) =>
            `${JSON.stringify(file)}: () => import(${JSON.stringify(join(folder, file) + BYTES)})`,
        )
        return `export const ${name} = {${entries.join(',')}}`
      })
      return (await Promise.all(parts)).join('\n')
    },
  }
}
