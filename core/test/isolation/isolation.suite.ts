import t from 'tap'
import { testIsolation } from './isolation-tests.ts'

await testIsolation(t, ['intruder', 'insider'])
