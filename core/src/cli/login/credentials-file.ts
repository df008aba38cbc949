import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { coreErrors } from '../../errors.ts'

/** Tokens by the origin of their host: one is sent to no other. */
type Credentials = Readonly<Record<string, { readonly token: string }>>

/** Where a user keeps them: XDG Base Directory 0.8, and its default. */
export function credentialsPath(environment: NodeJS.ProcessEnv): string {
  const home = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config')
  return join(home, 'signalbox', 'credentials.json')
}

/**
 * @returns the token that was kept for the host of a URL
 * @throws CORE_CREDENTIALS_EXPOSED where others may read the file: it is not used until that is mended
 */
export async function keptToken(file: string, url: string): Promise<string | undefined> {
  const origin = originOf(url)
  const credentials = await readCredentials(file)
  return Object.hasOwn(credentials, origin) ? credentials[origin]?.token : undefined
}

export async function keepToken(file: string, url: string, token: string): Promise<void> {
  await replace(file, { ...(await readCredentials(file)), [originOf(url)]: { token } })
}

/** @returns whether there was one. */
export async function forgetToken(file: string, url: string): Promise<boolean> {
  const { [originOf(url)]: kept, ...others } = await readCredentials(file)
  if (kept === undefined) return false
  await replace(file, others)
  return true
}

function originOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).origin
  throw coreErrors.create('ARGUMENT_INVALID', { name: '--url', reason: 'it is no URL' })
}

async function readCredentials(file: string): Promise<Credentials> {
  try {
    const { mode } = await stat(file)
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw coreErrors.create('CREDENTIALS_EXPOSED', { file })
    }
    return JSON.parse(await readFile(file, 'utf8')) as Credentials
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    if (!(error instanceof SyntaxError)) throw error
    // Its text is a secret, and stands in no message.
    const reason = `${file} is no JSON: remove it, and log in again`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'login', reason })
  }
}

/** Written beside and renamed: a file that is read meanwhile, or after a kill, is whole. */
async function replace(file: string, credentials: Credentials): Promise<void> {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `.${randomBytes(6).toString('hex')}.draft`)
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(credentials, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await chmod(draft, 0o600)
  await rename(draft, file).catch(async (error: unknown) => {
    await unlink(draft)
    throw error
  })
}
