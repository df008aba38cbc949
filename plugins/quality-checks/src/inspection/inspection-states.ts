import { Refusal } from '@signalbox/sdk'

export type InspectionState = 'open' | 'in-progress' | 'awaiting-decision' | 'decided' | 'cancelled'

export type InspectionCommand = 'record' | 'correct' | 'decide' | 'cancel' | 'reinspect'

/** What is known when a command comes. */
export interface Situation {
  /** Each of its tests has its verdict after the command. */
  readonly allJudged: boolean
  /** Nothing is pending and nothing is on hold after the command. */
  readonly allDecided: boolean
  /** Some quantity was decided before the command. */
  readonly someDecided: boolean
}

interface Move {
  readonly from: InspectionState
  readonly command: InspectionCommand
  /** All of these are so; none: always. The first row that fits is taken. */
  readonly when: Partial<Situation>
  readonly to: InspectionState
}

const undecided = ['open', 'in-progress', 'awaiting-decision'] as const

/** Each command in each state: what is not here is refused with INSPECTION_STATE. */
export const inspectionMoves: readonly Move[] = [
  ...undecided.flatMap((from): readonly Move[] => [
    { from, command: 'record', when: { allJudged: true }, to: 'awaiting-decision' },
    { from, command: 'record', when: {}, to: 'in-progress' },
    { from, command: 'decide', when: { allDecided: true }, to: 'decided' },
    { from, command: 'decide', when: {}, to: from },
    { from, command: 'cancel', when: { someDecided: false }, to: 'cancelled' },
  ]),
  // A correction may take a verdict back: then the sample is looked at on.
  ...(['in-progress', 'awaiting-decision'] as const).flatMap((from): readonly Move[] => [
    { from, command: 'correct', when: { allJudged: true }, to: 'awaiting-decision' },
    { from, command: 'correct', when: {}, to: 'in-progress' },
  ]),
  // What is rejected and reworked goes on into an inspection of its own; this one stays as it is.
  ...([...undecided, 'decided'] as const).map(
    (from): Move => ({ from, command: 'reinspect', when: {}, to: from }),
  ),
  // Reworked goods are taken, released ones called back: quantities move on, and may be held again.
  { from: 'decided', command: 'decide', when: { allDecided: true }, to: 'decided' },
  { from: 'decided', command: 'decide', when: {}, to: 'awaiting-decision' },
]

/** @throws INSPECTION_STATE */
export function nextInspectionState(
  from: InspectionState,
  command: InspectionCommand,
  situation: Situation,
): InspectionState {
  const move = inspectionMoves.find(
    (row) => row.from === from && row.command === command && fits(row.when, situation),
  )
  if (move !== undefined) return move.to
  const possible = [
    ...new Set(inspectionMoves.filter((row) => row.from === from).map((row) => row.command)),
  ]
  const cure =
    possible.length > 0 ? `it takes ${possible.join(', ')}` : 'nothing changes it any more'
  throw new Refusal(
    'INSPECTION_STATE',
    `The inspection is ${from} and does not take "${command}" now: ${cure}.`,
  )
}

function fits(when: Partial<Situation>, situation: Situation): boolean {
  return (Object.keys(when) as (keyof Situation)[]).every((key) => when[key] === situation[key])
}
