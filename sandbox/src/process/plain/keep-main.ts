import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { importingFrom, placeIn, programSources } from './program-sources.ts'

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
  for (const [path, text] of programSources(main)) {
    write(placeIn(draft, path), importingFrom(draft, path, stripTypeScriptTypes(text)))
  }
  chmodSync(draft, 0o755)
  renameSync(draft, folder)
} catch (error) {
  rmSync(draft, { recursive: true, force: true })
  throw error
}

/** On the disk before the folder has its name: a machine that goes down leaves no half program behind. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  writeFileSync(file, text)
  fsyncSync(file)
  closeSync(file)
}
