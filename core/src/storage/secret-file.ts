import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** 32 bytes: as strong as the SHA-256 keys and HMACs that are made from it. */
const SECRET_BYTES = 32

export interface KeptSecret {
  readonly value: string
  /** This call made it: nobody can have seen it before. True for one of those that ask at once. */
  readonly isNew: boolean
}

/**
 * A random secret that lives in `file`, mode 0600. Two processes that start together get the same one:
 * the file appears whole or not at all (written beside, then linked to its name, which fails when taken).
 */
export async function keptSecret(file: string): Promise<KeptSecret> {
  const existing = await readIfPresent(file)
  if (existing) return { value: existing, isNew: false }
  const draft = join(dirname(file), `.${randomBytes(6).toString('hex')}.draft`)
  await writeDurably(draft, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`)
  let isNew = true
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    isNew = false
  } finally {
    await unlink(draft)
  }
  return { value: (await readFile(file, 'utf8')).trim(), isNew }
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    // A secret lost by a power cut would lock the host out of what it encrypted with it.
    await handle.sync()
  } finally {
    await handle.close()
  }
}
