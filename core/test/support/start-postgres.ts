import { startTestServer } from './test-server.ts'

await startTestServer()
// The server is watched only while this process lives; it is a process of its own and stays.
process.exit(0)
