import { Refusal } from '@signalbox/sdk'
import { type PatternNode, parsePattern, type Range } from './parse-pattern.ts'

type Instruction =
  | { readonly do: 'set'; readonly ranges: readonly Range[]; readonly negated: boolean }
  | { readonly do: 'start' | 'end' | 'match' }
  | { readonly do: 'fork'; readonly to: number[] }

/** Steps of a text of n characters are at most n times this. */
const MAX_INSTRUCTIONS = 1000

/**
 * Whether the pattern is found anywhere in the text, by a simulation of its automaton (Thompson 1968, as in Cox 2009,
 * "the virtual machine approach"): linear in the text, whatever the pattern.
 * @throws PATTERN_UNSUPPORTED, PATTERN_TOO_COSTLY
 */
export function patternMatcher(pattern: string): (text: string) => boolean {
  const program: Instruction[] = []
  emit(parsePattern(pattern), program)
  program.push({ do: 'match' })
  return (text) => run(program, text)
}

function emit(node: PatternNode, program: Instruction[]): void {
  if (program.length > MAX_INSTRUCTIONS)
    throw new Refusal('PATTERN_TOO_COSTLY', 'Repeat less: written out, the pattern is too long.')
  switch (node.is) {
    case 'set':
      program.push({ do: 'set', ranges: node.ranges, negated: node.negated })
      return
    case 'start':
    case 'end':
      program.push({ do: node.is })
      return
    case 'sequence':
      for (const part of node.of) emit(part, program)
      return
    case 'choice':
      emitChoice(node.of, program)
      return
    case 'repeat':
      emitRepeat(node, program)
  }
}

function emitChoice(branches: readonly PatternNode[], program: Instruction[]): void {
  const fork: number[] = []
  program.push({ do: 'fork', to: fork })
  const exits: number[][] = []
  for (const branch of branches) {
    fork.push(program.length)
    emit(branch, program)
    const exit: number[] = []
    exits.push(exit)
    program.push({ do: 'fork', to: exit })
  }
  for (const exit of exits) exit.push(program.length)
}

function emitRepeat(
  { of, least, most }: Extract<PatternNode, { is: 'repeat' }>,
  program: Instruction[],
): void {
  for (let n = 0; n < least; n++) emit(of, program)
  if (most === undefined) {
    const loop = program.length
    const fork = [loop + 1]
    program.push({ do: 'fork', to: fork })
    emit(of, program)
    program.push({ do: 'fork', to: [loop] })
    fork.push(program.length)
    return
  }
  const forks: number[][] = []
  for (let n = least; n < most; n++) {
    const fork = [program.length + 1]
    forks.push(fork)
    program.push({ do: 'fork', to: fork })
    emit(of, program)
  }
  for (const fork of forks) fork.push(program.length)
}

function run(program: readonly Instruction[], text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) as number)
  const seen = new Int32Array(program.length).fill(-1)
  let threads: number[] = []
  for (let at = 0; at <= codes.length; at++) {
    const waiting: number[] = []
    for (const start of [...threads, 0]) {
      if (reach(program, start, at, codes.length, seen, waiting)) return true
    }
    const code = codes[at]
    if (code === undefined) return false
    threads = waiting.filter((place) => isIn(program[place], code)).map((place) => place + 1)
  }
  return false
}

/** Notes the sets that wait for a character; true when the match is reached. */
function reach(
  program: readonly Instruction[],
  start: number,
  at: number,
  end: number,
  seen: Int32Array,
  waiting: number[],
): boolean {
  const open = [start]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen[place] === at) continue
    seen[place] = at
    const instruction = program[place] as Instruction
    if (instruction.do === 'match') return true
    if (instruction.do === 'set') waiting.push(place)
    else if (instruction.do === 'fork') open.push(...instruction.to)
    else if (at === (instruction.do === 'start' ? 0 : end)) open.push(place + 1)
  }
  return false
}

function isIn(instruction: Instruction | undefined, code: number): boolean {
  if (instruction?.do !== 'set') return false
  return (
    instruction.ranges.some(([first, last]) => code >= first && code <= last) !==
    instruction.negated
  )
}
