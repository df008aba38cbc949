import t from 'tap'
import { surviveKills } from '../support/durable-timers.ts'

t.test("a plugin's timers outlive a killed host, a killed lane and a killed PostgreSQL", (t) =>
  surviveKills(t, 3),
)
