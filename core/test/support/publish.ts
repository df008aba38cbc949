import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
import { HostClient } from '../../src/cli/host-client.ts'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'
import { filesIn } from './packed-fixture.ts'
import { signedFiles } from './signed-files.ts'

/**
 * Publishes a packed folder by the request that `npm publish` makes, without the seconds that npm itself takes.
 * That real npm can publish is shown by first-light, install, readme and the marketplace's own tests.
 */
export async function publish(
  host: Pick<HostProcess, 'url'>,
  folder: string,
  token: string = OPERATOR_TOKEN,
): Promise<void> {
  const packageJson = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const { name, version } = packageJson
  const plain = await shippedFiles(folder, packageJson.files)
  const isTrusted = packageJson.signalbox?.runtime?.tier === 'trusted'
  const tarball = tarballOf(
    isTrusted ? await signedFiles(host.url, { name, version }, plain) : plain,
  )
  const digest = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHash(algorithm).update(tarball).digest(encoding)
  const dist = { integrity: `sha512-${digest('sha512', 'base64')}`, shasum: digest('sha1', 'hex') }
  const client = new HostClient({ url: host.url, token })
  await client.request('PUT', `/npm/${name.replace('/', '%2f')}`, {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...packageJson, _id: `${name}@${version}`, dist } },
    access: null,
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    },
  })
}

/** What npm puts into a tarball: package.json, the README and what `files` names, or else everything. */
async function shippedFiles(
  folder: string,
  listed: readonly string[] | undefined,
): Promise<Readonly<Record<string, Buffer>>> {
  const always = ['package.json', 'README.md']
  const isShipped = (path: string) =>
    listed === undefined ||
    [...always, ...listed].some((entry) => path === entry || path.startsWith(`${entry}/`))
  const paths = (await filesIn(folder)).filter(isShipped)
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path))))
  return Object.fromEntries(paths.map((path, index) => [path, contents[index] ?? Buffer.alloc(0)]))
}
