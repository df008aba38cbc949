import t from 'tap'
import { surviveKills } from '../support/durable-timers.ts'

const KILLS = Number(process.env.TIMER_KILLS ?? 50)

t.test(`a plugin's timers outlive ${KILLS} kills: none is lost, none fires twice`, (t) =>
  surviveKills(t, KILLS),
)
