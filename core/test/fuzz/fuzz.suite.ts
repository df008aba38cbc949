import t from 'tap'
import { fuzz } from './run-fuzz.ts'

/** `FUZZ_REQUESTS` and `FUZZ_SEED` choose how many and which. */
const count = Number(process.env['FUZZ_REQUESTS'] ?? 50_000)
const seed = process.env['FUZZ_SEED'] ?? 'signalbox'

t.test('whatever is sent to any route is answered in order', (t) => fuzz(t, count, seed))
