import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Demo } from './demo-file.ts'
import { type HostClient, HostRefusal } from './host-client.ts'
import { npmPublish } from './npm-publish.ts'

interface Ports {
  readonly client: HostClient
  readonly registry: string
  readonly token: string
}

interface PackageJson {
  readonly name: string
  readonly signalbox: { readonly runtime: Readonly<Record<string, unknown>> }
}

/** Publishes what a first rollout is made with, and no more: whoever looks at the demo installs it himself. */
export async function publishPractice({ folder, practice }: Demo, ports: Ports): Promise<void> {
  if (practice === undefined) return
  const source = resolve(folder, practice.plugin)
  const packageJson = JSON.parse(
    await readFile(join(source, 'package.json'), 'utf8'),
  ) as PackageJson
  const known = await versionsOf(ports.client, packageJson.name)
  for (const release of practice.releases) {
    if (!known.has(release.version)) await publishRelease(source, packageJson, release, ports)
  }
}

async function versionsOf(client: HostClient, name: string): Promise<ReadonlySet<string>> {
  try {
    const path = `/npm/${encodeURIComponent(name)}`
    const { versions } = await client.request<{ versions: object }>('GET', path)
    return new Set(Object.keys(versions))
  } catch (error) {
    if (error instanceof HostRefusal && error.problem.status === 404) return new Set()
    throw error
  }
}

/** One folder is all versions: they differ by what they run. */
async function publishRelease(
  source: string,
  { signalbox, ...packageJson }: PackageJson,
  { version, entry }: NonNullable<Demo['practice']>['releases'][number],
  { registry, token }: Ports,
): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), 'signalbox-practice-'))
  try {
    await cp(source, draft, { recursive: true })
    const runtime = { ...signalbox.runtime, entry }
    const own = { ...packageJson, version, signalbox: { ...signalbox, runtime } }
    await writeFile(join(draft, 'package.json'), JSON.stringify(own))
    await npmPublish(draft, registry, token)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
