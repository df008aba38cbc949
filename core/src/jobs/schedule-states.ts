/**
 * What becomes of one schedule, as a table: state, event, next state. A cron schedule and one that a plugin
 * asked for go the same way, but that only the second ends.
 *
 * - `waiting`: for its instant, or for the next attempt of a run.
 * - `running`: leased by a node; when the lease ends, another node takes the same run.
 * - `paused`: its plugin is not enabled, or its grant was taken back; it goes on when that is mended.
 * - `failed`: tried as often as it may be, with no later instant; kept to be looked at.
 * - `gone`: the row is deleted.
 */
const scheduleTable = {
  waiting: {
    claim: 'running',
    // Its instants were missed, and it is told to leave them out.
    skip: 'waiting',
    'switch-off': 'paused',
    cancel: 'gone',
    // Of a run that waits for its next attempt, and is cancelled.
    end: 'waiting',
    'end-for-good': 'gone',
  },
  running: {
    // The lease has ended: the node that held it is dead, or too late.
    claim: 'running',
    retry: 'waiting',
    end: 'waiting',
    'end-for-good': 'gone',
    'fail-for-good': 'failed',
    // The node that holds it learns of it and ends the run.
    cancel: 'gone',
    // Only where the lease has ended: nobody would end this run before the plugin is back.
    'switch-off': 'paused',
  },
  paused: { 'switch-on': 'waiting', cancel: 'gone' },
  failed: { move: 'waiting', cancel: 'gone' },
} as const

export type ScheduleState = keyof typeof scheduleTable
export type ScheduleEvent =
  | 'claim'
  | 'skip'
  | 'retry'
  | 'end'
  | 'end-for-good'
  | 'fail-for-good'
  | 'switch-off'
  | 'switch-on'
  | 'move'
  | 'cancel'

/** @returns undefined where the state knows no such event: then it stays as it is. */
export function stateAfter(
  state: ScheduleState,
  event: ScheduleEvent,
): ScheduleState | 'gone' | undefined {
  const row: Readonly<Partial<Record<ScheduleEvent, ScheduleState | 'gone'>>> = scheduleTable[state]
  return row[event]
}

/** The states that an event leads out of, for the statements that change many rows at once. */
export function statesOf(event: ScheduleEvent): ScheduleState[] {
  const states = Object.keys(scheduleTable) as ScheduleState[]
  return states.filter((state) => stateAfter(state, event) !== undefined)
}
