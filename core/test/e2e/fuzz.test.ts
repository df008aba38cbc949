import t from 'tap'
import { fuzz } from '../fuzz/run-fuzz.ts'

/** Of fuzz.suite.ts, which sends 50,000. */
t.test('whatever is sent to any route is answered in order', (t) => fuzz(t, 1500, 'sample'))
