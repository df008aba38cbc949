import { glob } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What a bench module exports: figures by name, with the raw counts they were made from. */
interface Bench {
  run(): Promise<Readonly<Record<string, unknown>>>
}

const root = join(import.meta.dirname, '../..')

/** Benches by name: `<workspace>/bench/<name>.bench.ts`. */
async function findBenches(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const file of glob(['*/bench/*.bench.ts', 'plugins/*/bench/*.bench.ts'], {
    cwd: root,
  })) {
    found.set(basename(file, '.bench.ts'), join(root, file))
  }
  return found
}

const [name = '', ...flags] = process.argv.slice(2)
const benches = await findBenches()
const file = benches.get(name)
if (file === undefined) {
  process.stderr.write(`usage: npm run bench -- <${[...benches.keys()].join(' | ')}> [--json]\n`)
  process.exit(2)
}
const bench = (await import(pathToFileURL(file).href)) as Bench
const figures = await bench.run()
if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
else {
  for (const [figure, value] of Object.entries(figures)) {
    process.stdout.write(
      `${figure.padEnd(28)} ${typeof value === 'number' ? value : JSON.stringify(value)}\n`,
    )
  }
}
