import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { workspaceFolder } from '../guest-process-flags.ts'
import { importingFrom, packageImports, placeIn, programSources } from './program-sources.ts'

/**
 * Keeps a program as plain JavaScript in a folder, whole or not at all, however this process ends. Arguments: its
 * main source, the folder.
 */
const [main, folder] = process.argv.slice(2) as [string, string]

// Whoever installs may be another user than the one whose host runs.
process.umask(0o022)
mkdirSync(dirname(folder), { recursive: true })
const draft = mkdtempSync(join(dirname(folder), 'draft-'))
try {
  const sources = programSources(main)
  for (const [path, text] of sources) {
    write(placeIn(draft, path), importingFrom(draft, path, stripTypeScriptTypes(text)))
  }
  linkPackages(sources)
  for (const [path, text] of sources) requireSamePackages(path, text)
  chmodSync(draft, 0o755)
  renameSync(draft, folder)
} catch (error) {
  rmSync(draft, { recursive: true, force: true })
  throw error
}

/** Another workspace may have packages of its own, in other versions than the ones beside this one. */
function linkPackages(sources: ReadonlyMap<string, string>): void {
  const beside = dirname(workspaceFolder)
  const names = new Set([...sources.keys()].map((path) => relative(beside, path).split(sep)[0]))
  for (const name of names) {
    const packages = join(beside, name ?? '', 'node_modules')
    if (join(beside, name ?? '') === workspaceFolder || !existsSync(packages)) continue
    symlinkSync(packages, join(draft, name ?? '', 'node_modules'))
  }
}

/** A program that would meet other packages than its sources do is not kept. */
function requireSamePackages(path: string, text: string): void {
  const [before, after] = [path, placeIn(draft, path)].map((from) => createRequire(from))
  for (const specifier of packageImports(path, text)) {
    if (before?.resolve(specifier) === after?.resolve(specifier)) continue
    throw new Error(`${specifier} is another package there`)
  }
}

/** On the disk before the folder has its name: a machine that goes down leaves no half program behind. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  writeFileSync(file, text)
  fsyncSync(file)
  closeSync(file)
}
