import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Resource } from '../../../src/trusted/resources/resource.ts'
import { temporaryHome } from '../../support/host-process.ts'
import { until } from '../../support/processes.ts'

t.test('three failures of its health in a row end a program, and one does not', async (t) => {
  const cwd = await temporaryHome(t)
  const sick = join(cwd, 'sick')
  const env = { PATH: process.env.PATH ?? '' }
  const asked = join(cwd, 'asked')
  const reasons: object[] = []
  let fence = 0
  let released = 0
  const resource = new Resource({
    plugin: '@trusted/engine',
    id: 'engine',
    prepare: async () => ({
      engine: { command: ['/bin/sh', '-c', 'while :; do sleep 1; done'], cwd, env },
      health: { command: ['/bin/sh', '-c', `echo >> ${asked}; test ! -e ${sick}`], cwd, env },
      memoryMb: 256,
      place: { dataDir: cwd, socketPath: '', fence: ++fence },
      renew: async () => true,
      release: async () => {
        released++
      },
    }),
    random: () => 0,
    healthMs: 100,
    log: { warn: (fields) => void reasons.push(fields) },
  })
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    clearInterval(alive)
    await resource.stop()
  })
  t.match(await resource.get(), { fence: 1 })
  t.equal(resource.state, 'healthy')
  await writeFile(sick, '')
  await until(() => resource.state === 'unhealthy')
  await rm(sick)
  await until(() => resource.state === 'healthy')
  t.match(await resource.get(), { fence: 1 }, 'one that recovers goes on')
  await writeFile(sick, '')
  await until(() => resource.state === 'backing-off')
  t.equal(released, 1)
  t.match(reasons, [{ resource: 'engine', reason: /SIGKILL/ }])
  await rm(sick)
  await until(async () => (await resource.get().catch(() => undefined))?.fence === 2)
})
