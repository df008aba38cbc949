import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** A key of the host, named by what it is: two files with the same key agree on its name. */
export interface HostKey {
  readonly id: string
  readonly secret: Buffer
}

/** Why a key file cannot be used: it becomes part of an error. */
export class KeyFileUnusable extends Error {}

const KEY_BYTES = 32

/** Of old keys, some; of a wrong file (`/dev/zero`, a database), not more. */
const MAX_FILE_BYTES = 64 * 1024

/**
 * A file of keys: one a line, 32 bytes in base64 or base64url, the newest first; `#` begins a comment.
 * `openssl rand -base64 32` makes such a line.
 * @throws KeyFileUnusable, in words without the keys
 */
export function parseKeyFile(text: string): readonly HostKey[] {
  const keys: HostKey[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const word = line.replace(/#.*/, '').trim()
    if (word === '') continue
    const secret = /^[\w+/-]{43}=?$/.test(word) ? Buffer.from(word, 'base64') : undefined
    if (secret?.length !== KEY_BYTES) {
      throw new KeyFileUnusable(`line ${index + 1} is not 32 bytes in base64`)
    }
    keys.push({ id: idOf(secret), secret })
  }
  if (keys.length === 0) throw new KeyFileUnusable('it holds no key')
  return keys
}

/**
 * Reads a file of keys, of which nobody but its owner may know.
 * @throws KeyFileUnusable
 */
export async function readKeyFile(file: string): Promise<readonly HostKey[]> {
  try {
    const handle = await open(file, 'r')
    try {
      const { mode, size } = await handle.stat()
      if ((mode & 0o077) !== 0) {
        const octal = (mode & 0o777).toString(8).padStart(4, '0')
        throw new KeyFileUnusable(
          `others than its owner may use it: its mode is ${octal}, not 0600`,
        )
      }
      if (size > MAX_FILE_BYTES) throw new KeyFileUnusable('it is too large to be a file of keys')
      return parseKeyFile(await handle.readFile('utf8'))
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof KeyFileUnusable) throw error
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new KeyFileUnusable(`it cannot be read (${code})`, { cause: error })
  }
}

/** Of the key's own digest: it says nothing of the key. */
function idOf(secret: Buffer): string {
  const digest = createHash('sha256').update('signalbox host key').update(secret).digest('hex')
  return `hk_${digest.slice(0, 16)}`
}
