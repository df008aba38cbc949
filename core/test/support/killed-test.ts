/** A test that starts a host, says so, and never ends: for one that kills it. @param 2 the data folder */
import { HostProcess } from './host-process.ts'

const host = await HostProcess.start({ teardown: () => undefined }, { home: process.argv[2] ?? '' })
process.stdout.write(`${host.pid}\n`)
setInterval(() => undefined, 1000)
