import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Runs tap: on the files that are named; else, with the word `e2e`, on all that start whole hosts; else on all
 * others, with a sample of those. A test file costs most of a second of CPU before its first assertion, so those
 * that only compute share one process for each workspace; all others have their own.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const together = join(root, '.tap/together')
const patterns = ['{core,sandbox,marketplace,sdk}/test/**/*.test.ts', 'plugins/*/test/**/*.test.ts']

/** Hosts as whole processes, npm as it is, what is killed, cut off or rebuilt, plugins on tables of a PostgreSQL: most of what all tests take. */
const endToEnd =
  /^core\/test\/(e2e|isolation)\/|^core\/test\/cli\/author\/create|^marketplace\/test\/(.*\/)?(npm-|other-clients|checks-at-publish)|\/(abort-race|approvals|bad-bytes|batch-supervision|blob-routes|byte-answers|check-command|crash|database-away|databases|embedded-postgres|every-call|keeping-apart|killed-moves|lost-change|markdown|narrowed-tokens|pack-plugin|plugin-databases|publish-limits|rehearse|rollout-model|signing|supervision|transaction-killed|trusted-tier)\.test\.ts$|^plugins\/[^/]+\/test\/((certificates|inspection|laboratories|nonconformities|planning|suppliers)\/|data-checks\/(package|runs|service|sql-equals-memory)|sampling\/service|spc\/spc-plugin|(cms|envelopes|long-term|pdf|signing|timestamps|verification|polling|shipments)\/|epcis\/capture|(connected|plugin|sensors|trace)\.test)/
/** From npm publish to a call; pages of the console in a browser; a receipt to its decision; movements to an order; a file to what is said of its signatures. */
const sample =
  /\/(first-light|console-axe-sample|inspection\/arrivals|planning\/planning|verification\/cases|envelopes\/rules)\.test\.ts$/

/** What reaches beyond its own process, or is heavy or global enough to want one. */
const apart =
  /^(node:(child_process|cluster|http|https|net|tls|worker_threads)|esbuild|isolated-vm|knex|pg|piscina|undici|@signalbox\/(marketplace|sandbox|sdk\/pack).*)$/

/** An import of a value; `import type` is gone when a test runs. */
const imports =
  /(?:^(?:import|export)\b(?!\s+type\b)[^'";]*?\bfrom\s+|^import\s+|\bimport\()'([^']+)'/gm

const isEndToEnd = process.argv[2] === 'e2e'
const words = process.argv.slice(isEndToEnd ? 3 : 2)
const namesFiles = words.some((word) => !word.startsWith('-'))
const files = namesFiles ? [] : await allFiles()
const tap = createRequire(import.meta.url).resolve('tap/package.json')
const args = [join(dirname(tap), 'dist/esm/run.mjs'), 'run', ...words, ...files]
// Else tap records what the start of PostgreSQL covers, and prints a table of it.
const env = { ...process.env, _TAPJS_PROCESSINFO_COVERAGE_: '0' }
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env })
child.on('close', (code) => {
  process.exitCode = code ?? 1
})

async function allFiles(): Promise<readonly string[]> {
  const own: string[] = []
  const shared = new Map<string, string[]>()
  for (const file of globSync(patterns, { cwd: root }).sort()) {
    if (!isWanted(file)) continue
    const workspace = file.split('/')[0] ?? ''
    if (!(await onlyComputes(join(root, file)))) own.push(file)
    else shared.set(workspace, [...(shared.get(workspace) ?? []), file])
  }
  await mkdir(together, { recursive: true })
  const programs = [...shared].map(async ([workspace, tests]) => {
    const program = join(together, `${workspace}.test.ts`)
    await writeFile(program, programOf(tests))
    return program
  })
  return [...(await Promise.all(programs)), ...own]
}

function isWanted(file: string): boolean {
  return isEndToEnd
    ? endToEnd.test(file) && !sample.test(file)
    : !endToEnd.test(file) || sample.test(file)
}

/** Names each file before its tests, so that a report says where they stand. */
function programOf(tests: readonly string[]): string {
  const lines = tests.map(
    (file) =>
      `t.comment(${JSON.stringify(file)})\nawait import(${JSON.stringify(join(root, file))})\n`,
  )
  return `import t from 'tap'\n${lines.join('')}`
}

async function onlyComputes(file: string, seen = new Set<string>()): Promise<boolean> {
  if (seen.has(file)) return true
  seen.add(file)
  for (const [, specifier = ''] of (await readFile(file, 'utf8')).matchAll(imports)) {
    if (apart.test(specifier)) return false
    // A text that shows an import has places to fill in, and is none.
    if (!/^\.|^@signalbox\//.test(specifier) || specifier.includes('${')) continue
    const source = createRequire(file).resolve(specifier)
    if (source.endsWith('.ts') && !(await onlyComputes(source, seen))) return false
  }
  return true
}
