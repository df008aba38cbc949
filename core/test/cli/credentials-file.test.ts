import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { connectionOf } from '../../src/cli/host-client.ts'
import {
  credentialsPath,
  forgetToken,
  keepToken,
  keptToken,
} from '../../src/cli/login/credentials-file.ts'

const url = 'https://host.example/some/path'

t.test('a token is kept for its host alone, where only its owner reads it', async (t) => {
  const environment = { XDG_CONFIG_HOME: t.testdir({}) }
  const file = credentialsPath(environment)
  await keepToken(file, url, 'first-token')
  await keepToken(file, 'http://127.0.0.1:4400', 'other-token')
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.equal((await stat(dirname(file))).mode & 0o777, 0o700)
  t.equal(await keptToken(file, 'https://host.example/'), 'first-token')
  for (const other of ['http://host.example', 'https://host.example:8443', 'https://example']) {
    t.equal(await keptToken(file, other), undefined, other)
  }
  t.same(await readdir(dirname(file)), ['credentials.json'], 'no draft is left')
  t.match(await connectionOf({ url: 'https://host.example' }, environment), {
    token: 'first-token',
  })
  t.match(await connectionOf({ url: 'https://host.example', token: 'flag' }, environment), {
    token: 'flag',
  })
  t.equal(await forgetToken(file, url), true)
  t.equal(await forgetToken(file, url), false)
  t.equal(await keptToken(file, url), undefined)
  t.equal(await keptToken(file, 'http://127.0.0.1:4400'), 'other-token')
})

t.test('a file that others may read is not used', async (t) => {
  const file = credentialsPath({ XDG_CONFIG_HOME: t.testdir({}) })
  await keepToken(file, url, 'first-token')
  await chmod(file, 0o644)
  await t.rejects(keptToken(file, url), { code: 'CORE_CREDENTIALS_EXPOSED' })
})

t.test('a broken file is told without what stands in it', async (t) => {
  const file = credentialsPath({ XDG_CONFIG_HOME: t.testdir({ signalbox: {} }) })
  await writeFile(file, '{"https://host.example":{"token":"first-tok', { mode: 0o600 })
  const error = (await keptToken(file, url).catch((one) => one)) as Error
  t.match(error, { code: 'CORE_ARGUMENT_INVALID' })
  t.notMatch(error.message, 'first-tok')
  t.match(await readFile(join(dirname(file), 'credentials.json'), 'utf8'), 'first-tok')
})
