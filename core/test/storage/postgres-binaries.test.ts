import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { findPostgresBinaries, reachablePrograms } from '../../src/storage/postgres-binaries.ts'

// Not t.testdir(): whether the project is reachable is the machine's affair.
const root = await mkdtemp(join(tmpdir(), 'signalbox-binaries-'))
await chmod(root, 0o755)
t.teardown(() => rm(root, { recursive: true, force: true }))

/** What npm unpacks: programs, libraries, links that an install script makes, and the list of those. */
async function packageIn(folder: string) {
  const native = join(folder, 'native')
  await mkdir(join(native, 'bin'), { recursive: true })
  await mkdir(join(native, 'lib'))
  for (const program of ['initdb', 'postgres']) {
    await writeFile(join(native, 'bin', program), program, { mode: 0o755 })
  }
  await writeFile(join(native, 'lib', 'libpq.so.5'), 'libpq')
  await writeFile(join(native, 'lib', 'libpq.a'), 'static')
  await symlink('libpq.so.5', join(native, 'lib', 'libpq.so'))
  const links = [{ source: 'native/lib/libpq.so.5', target: 'native/lib/libpq.so' }]
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  return { native, version: '18.0.0' }
}

t.test('this platform has its programs', async (t) => {
  const { initdb, postgres } = await findPostgresBinaries()
  for (const program of [initdb, postgres]) t.ok((await stat(program)).mode & 0o111)
})

t.test('programs that everyone can reach are used where they are', async (t) => {
  const open = await packageIn(join(root, 'open'))
  const { postgres } = await reachablePrograms(open, join(root, 'copies'))
  t.equal(postgres, join(open.native, 'bin', 'postgres'))
})

t.test('programs below a closed folder are copied once, links and all', async (t) => {
  const closed = join(root, 'closed')
  await mkdir(closed, { mode: 0o700 })
  const hidden = await packageIn(closed)
  const own = await reachablePrograms(hidden, undefined)
  t.equal(own.postgres, join(hidden.native, 'bin', 'postgres'), 'the user itself needs no copy')
  const copies = join(root, 'copies')
  const both = await Promise.all([1, 2].map(() => reachablePrograms(hidden, copies)))
  const { postgres } = both[0]!
  t.equal(both[1]!.postgres, postgres, 'two hosts that start at once share the copy')
  t.ok(postgres.startsWith(copies))
  const lib = join(postgres, '..', '..', 'lib')
  t.equal(await readFile(join(lib, 'libpq.so'), 'utf8'), 'libpq')
  await t.rejects(stat(join(lib, 'libpq.a')), { code: 'ENOENT' }, 'what nobody runs is left out')
  await writeFile(postgres, 'kept')
  await reachablePrograms(hidden, copies)
  t.equal(await readFile(postgres, 'utf8'), 'kept', 'it is not copied again')
})

t.test('what npm left out is named with the cure', async (t) => {
  const broken = await packageIn(join(root, 'broken'))
  const missing = { code: 'CORE_POSTGRES_BINARIES_MISSING' }
  await unlink(join(broken.native, 'lib', 'libpq.so'))
  await t.rejects(reachablePrograms(broken, undefined), {
    ...missing,
    message: /libpq\.so is missing/,
  })
  await unlink(join(broken.native, 'bin', 'postgres'))
  await t.rejects(reachablePrograms(broken, undefined), {
    ...missing,
    message: /postgres is not there/,
  })
})
