import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from './support/npm.ts'
import { publishBody } from './support/plugin-package.ts'
import { startRegistry } from './support/registry.ts'

/** A folder where `npm install pnpm@10 yarn@1` was run: large tools that nothing else here needs. */
const tools = process.env.SIGNALBOX_NPM_CLIENTS
const skip =
  tools === undefined && 'no other clients here: name a folder with them in SIGNALBOX_NPM_CLIENTS'

const clients = [
  {
    tool: 'pnpm',
    script: 'pnpm/bin/pnpm.cjs',
    add: ['add'],
    again: ['install', '--frozen-lockfile'],
  },
  {
    tool: 'yarn',
    script: 'yarn/bin/yarn.js',
    add: ['add'],
    again: ['install', '--frozen-lockfile'],
  },
] as const

for (const { tool, script, add, again } of clients) {
  t.test(
    `${tool} installs what npm published, and repeats it from its lock`,
    { skip },
    async (t) => {
      const registry = await startRegistry(t)
      const token = await registry.publisher('acme', ['@acme'])
      const name = '@acme/gate'
      const put = { method: 'PUT', token, body: publishBody({ name, version: '1.0.0' }) }
      t.equal((await registry.call('/@acme%2fgate', put)).status, 201)
      const app = await writeFiles(t.testdir({}), {
        'package.json': '{"name":"app","version":"1.0.0","private":true}',
        '.npmrc': `registry=${registry.url}\n`,
        '.yarnrc': `registry "${registry.url}"\n`,
      })
      const run = (...args: string[]) =>
        new Promise<{ code: number | null; output: string }>((resolve, reject) => {
          const child = spawn(
            process.execPath,
            [join(tools ?? '', 'node_modules', script), ...args],
            {
              cwd: app,
              env: {
                PATH: process.env.PATH,
                HOME: app,
                XDG_DATA_HOME: app,
                XDG_CACHE_HOME: app,
                CI: 'true',
              },
              stdio: ['ignore', 'pipe', 'pipe'],
            },
          )
          let output = ''
          for (const stream of [child.stdout, child.stderr]) {
            stream.on('data', (data) => {
              output += data
            })
          }
          child.on('error', reject)
          child.on('close', (code) => resolve({ code, output }))
        })
      const added = await run(...add, `${name}@^1.0.0`)
      t.equal(added.code, 0, added.output)
      const installed = JSON.parse(
        await readFile(join(app, 'node_modules', name, 'package.json'), 'utf8'),
      )
      t.match(installed, { name, version: '1.0.0' })
      const repeated = await run(...again)
      t.equal(repeated.code, 0, repeated.output)
    },
  )
}
