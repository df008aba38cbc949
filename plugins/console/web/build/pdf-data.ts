import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const MODULE = '/contributed/pdf/pdf-data.ts'
const SET = '?base64-set'

interface Shelf {
  readonly folder: string
  readonly ending: RegExp
  /** Which script a file goes into. */
  readonly setOf: (file: string) => string
}

const shelves: Readonly<Record<'cMaps' | 'fonts', Shelf>> = {
  cMaps: { folder: 'cmaps', ending: /\.bcmap$/, setOf: scriptOf },
  fonts: { folder: 'standard_fonts', ending: /\.(pfb|ttf)$/, setOf: (file) => file },
}

/** Of which characters a table is: those who read Chinese load no Japanese, and the package has few files. */
function scriptOf(file: string): string {
  if (/^(GB|UniGB|Adobe-GB1)/.test(file)) return 'simplified'
  if (/^(B5|CNS|ET|HK|UniCNS|Adobe-CNS1)/.test(file)) return 'traditional'
  return /^(KSC|UniKS|Adobe-Korea1)/.test(file) ? 'korean' : 'japanese'
}

/**
 * The tables and fonts that a PDF may name without bringing them, as a contract in Chinese does: in scripts that are loaded when
 * a file asks for one of them. The host gives browsers no other file of theirs, and no other host is asked.
 */
export function pdfData(): Plugin {
  const home = dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')))
  return {
    name: 'pdf-data',
    enforce: 'pre',
    resolveId: (id) => (id.endsWith(SET) ? id : undefined),
    async load(id) {
      if (id.endsWith(SET)) return setOf(home, id.slice(0, -SET.length))
      if (!id.endsWith(MODULE)) return undefined
      const names = ['cMaps', 'fonts'] as const
      return (await Promise.all(names.map((name) => loadersOf(home, name)))).join('\n')
    },
  }
}

async function loadersOf(home: string, name: keyof typeof shelves): Promise<string> {
  const { setOf } = shelves[name]
  const entries = (await filesOn(home, name)).map((file) => {
    const set = JSON.stringify(`pdf/${name}/${setOf(file)}${SET}`)
    return `${JSON.stringify(file)}: () => import(${set})`
  })
  return `export const ${name} = {${entries.join(',')}}`
}

/** @param id `pdf/cMaps/simplified` */
async function setOf(home: string, id: string): Promise<string> {
  const [, name, set] = id.split('/') as [string, keyof typeof shelves, string]
  const { folder, setOf } = shelves[name]
  const files = (await filesOn(home, name)).filter((file) => setOf(file) === set)
  const entries = files.map(async (file) => {
    const bytes = await readFile(join(home, folder, file))
    return [file, bytes.toString('base64')]
  })
  return `export default ${JSON.stringify(Object.fromEntries(await Promise.all(entries)))}`
}

async function filesOn(home: string, name: keyof typeof shelves): Promise<readonly string[]> {
  const { folder, ending } = shelves[name]
  return (await readdir(join(home, folder))).filter((file) => ending.test(file)).sort()
}
