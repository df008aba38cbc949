import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { runCli } from '../support/run-cli.ts'

const nowhere = { url: 'http://127.0.0.1:9' }

t.test('a file that is not there is told with the word that named it', async (t) => {
  const verify = ['audit', 'verify', '--file', 'gone.ndjson']
  const told = {
    verify: [verify, /--file.*gone\.ndjson.*ENOENT/],
    against: [['audit', 'verify', '--against', 'gone.gz'], /--against.*gone\.gz/],
    package: [['verify', 'gone.tgz', '--fingerprint', 'x'], /file.*gone\.tgz/],
    steps: [['rollout', 'start', '@a/b@1.0.0', '--steps', 'gone.json'], /--steps.*gone\.json/],
    input: [['call', 'stock.one@1/read', '@gone.json'], /input.*gone\.json/],
  } as const
  for (const [name, [words, errors]] of Object.entries(told)) {
    const answered = await runCli(nowhere, words)
    t.match(answered, { code: 1, errors }, name)
    t.notMatch(answered.errors, /\n\s+at /, `${name}: no stack`)
  }
})

t.test('keys that are none are told before anything is verified', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'named-file-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'audit.ndjson')
  const keys = join(folder, 'keys.json')
  await writeFile(file, '')
  const words = ['audit', 'verify', '--file', file, '--keys', keys]
  for (const text of ['no json', 'null', '{"keys":1}']) {
    await writeFile(keys, text)
    t.match(await runCli(nowhere, words), { code: 1, errors: /--keys is not usable/ })
  }
  await writeFile(keys, '{"keys":[]}')
  t.match(await runCli(nowhere, words), { code: 1, errors: /--file.*no export of the audit/ })
})
