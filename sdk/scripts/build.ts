import { execFile } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Makes `sdk/dist`, the package that npm publishes: JavaScript and declarations. In this repository the sources are
 * imported as they are, so the two package.json differ in where `exports` leads.
 */
const root = new URL('../', import.meta.url)
const dist = new URL('dist/', root)
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', root))

await rm(dist, { recursive: true, force: true })
const project = fileURLToPath(new URL('tsconfig.build.json', root))
await promisify(execFile)(process.execPath, [tsc, '--project', project]).catch(
  (failed: { stdout: string }) => {
    throw new Error(failed.stdout, { cause: failed })
  },
)

const { exports, ...own } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'))
const built = Object.entries(exports as Record<string, string>).map(([name, path]) => {
  const file = path.replace('./src/', './lib/').replace(/\.ts$/, '')
  return [name, { types: `${file}.d.ts`, default: `${file}.js` }]
})
const published = {
  ...own,
  // What no import names has no effect: a bundler may leave it out.
  sideEffects: ['./lib/guest/*.js', './lib/pack/*-process.js'],
  engines: { node: '>=20' },
  files: ['lib', 'schema', 'docs'],
  exports: { ...Object.fromEntries(built), './package.json': './package.json' },
}
await writeFile(new URL('package.json', dist), `${JSON.stringify(published, null, 2)}\n`)
for (const name of ['README.md', 'schema', 'docs']) {
  await cp(new URL(name, root), new URL(name, dist), { recursive: true })
}
await cp(new URL('../LICENSE', root), new URL('LICENSE', dist))
console.log('sdk/dist')
