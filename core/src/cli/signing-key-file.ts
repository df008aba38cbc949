import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, open, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { isOfKind } from '@signalbox/sdk/trust/key-id'
import { coreErrors } from '../errors.ts'

/** Of a private key as PEM some hundred bytes; of a wrong file not more. */
const MAX_KEY_BYTES = 16 * 1024

/** Where an author's key is: never in a project, whose folder is packed, committed and shared. */
export function signingKeyPath(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment.XDG_CONFIG_HOME ?? join(homedir(), '.config')
  return join(home, 'signalbox', 'signing-key.pem')
}

/**
 * SIGNALBOX_SIGNING_KEY, where a CI keeps its secrets: the key itself as PEM, or the path of its file. Else the file of
 * this user.
 * @throws CORE_SIGNING_KEY_UNUSABLE
 */
export async function readSigningKey(
  file: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<KeyObject> {
  const setting = environment.SIGNALBOX_SIGNING_KEY?.trim()
  if (file === undefined && setting?.includes('PRIVATE KEY')) {
    // Where a secret can hold one line only, its line ends are written as \n.
    return privateKeyOf(setting.replaceAll('\\n', '\n'), 'SIGNALBOX_SIGNING_KEY')
  }
  const path = file ?? setting ?? signingKeyPath(environment)
  const read = await readPrivateFile(path)
  return privateKeyOf(read, path)
}

/** Makes a key where there is none. @throws CORE_SIGNING_KEY_UNUSABLE: there is one, or the place is in the project */
export async function makeSigningKey(path: string, project: string): Promise<KeyObject> {
  const folder = dirname(resolve(path))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const within = relative(await realpath(project), await realpath(folder))
  if (!within.startsWith('..') && within !== folder) {
    throw unusable(path, {
      en: 'it would be in the project, which is packed and shared',
      'zh-CN': '它位于项目目录内，而项目会被打包和共享',
    })
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  try {
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    } finally {
      await handle.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw unusable(path, {
      en: 'there is a key already, and what it signed needs it; name another file by --key',
      'zh-CN': '该处已有密钥，其签名仍依赖它；请用 --key 指定其他文件',
    })
  }
  return privateKey
}

async function readPrivateFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw unusable(path, { en: 'there is none', 'zh-CN': '文件不存在' })
  }
  if ((found.mode & 0o077) !== 0) {
    throw unusable(path, {
      en: 'others than its owner may use it: its mode must be 0600',
      'zh-CN': '其他用户也能使用它：权限必须为 0600',
    })
  }
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(MAX_KEY_BYTES),
      0,
      MAX_KEY_BYTES,
      0,
    )
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

function privateKeyOf(pem: string, place: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(pem)
  } catch {
    // What it holds is not told: it may be another secret.
  }
  if (key !== undefined && isOfKind(key, 'ed25519')) return key
  throw unusable(place, {
    en: 'it is no Ed25519 private key in PEM without a passphrase',
    'zh-CN': '它不是无口令的 PEM 格式 Ed25519 私钥',
  })
}

function unusable(place: string, reason: { en: string; 'zh-CN': string }): Error {
  return coreErrors.create('SIGNING_KEY_UNUSABLE', { place, reason })
}
