import { createHash } from 'node:crypto'
import { tarballOf } from './tarball.ts'

export interface PackageSpec {
  readonly name: string
  readonly version: string
}

/** The package.json of a small plugin that every check of the host accepts. */
export function pluginPackageJson({ name, version }: PackageSpec): Record<string, unknown> {
  return {
    name,
    version,
    description: 'Counts what comes through the gate',
    keywords: ['signalbox-plugin'],
    license: 'Apache-2.0',
    files: ['dist'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Gate counter', 'zh-CN': '闸口计数' },
      category: 'quality',
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    },
  }
}

export function pluginFiles(spec: PackageSpec): Record<string, string> {
  return {
    'package.json': JSON.stringify(pluginPackageJson(spec), null, 2),
    'dist/plugin.js': 'var __signalbox_plugin = { default: { services: {} } }\n',
    'README.md': '# Gate counter\n\nCounts what comes through the gate.\n',
  }
}

/** What `npm publish` sends for a tarball; `change` makes it something npm would not send. */
export function publishBody(
  spec: PackageSpec,
  tarball: Buffer = tarballOf(pluginFiles(spec)),
  tag = 'latest',
) {
  const { name, version } = spec
  return {
    _id: name,
    name,
    'dist-tags': { [tag]: version } as Record<string, string>,
    versions: {
      [version]: {
        ...pluginPackageJson(spec),
        readme: '# Gate counter',
        _id: `${name}@${version}`,
        dist: {
          integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
          shasum: createHash('sha1').update(tarball).digest('hex'),
          tarball: `http://registry.example/${name}/-/${name}-${version}.tgz`,
        },
      } as Record<string, unknown>,
    } as Record<string, Record<string, unknown>>,
    access: 'public',
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    } as Record<string, unknown>,
  } as Record<string, unknown> & PublishBody
}

interface PublishBody {
  'dist-tags': Record<string, string>
  versions: Record<string, Record<string, unknown>>
  _attachments: Record<string, unknown>
}
