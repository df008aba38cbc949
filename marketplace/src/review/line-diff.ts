/** Steps that may still be taken, of all files of one diff together: a host compares beside its calls. */
export interface Work {
  left: number
}

/** Lines around a change that are shown. */
const CONTEXT = 3
/** Lines that differ in one file, beyond which a diff tells nobody anything. */
const MOST_EDITS = 1000

/** `=` both have it, `-` the old one has, `+` the new one. */
interface Edit {
  readonly kind: '=' | '-' | '+'
  readonly line: string
}

/**
 * A unified diff of two texts, without the two lines that name the files (GNU diffutils, "Detailed Description of
 * Unified Format"). By Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986), so it is a shortest one. Pure
 * but for the work it takes.
 * @returns undefined: they differ too much, or there was too much to do before
 */
export function unifiedDiff(before: string, after: string, work: Work): string | undefined {
  const edits = editsOf(linesOf(before), linesOf(after), work)
  return edits === undefined ? undefined : hunksOf(edits).join('\n')
}

/** A last line without its line feed is another line than the same with it, as it is for diff. */
function linesOf(text: string): readonly string[] {
  if (text === '') return []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`]
}

function editsOf(
  old: readonly string[],
  now: readonly string[],
  work: Work,
): readonly Edit[] | undefined {
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  const most = Math.min(old.length, now.length) - head
  while (tail < most && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1
  work.left -= head + tail
  const a = old.slice(head, old.length - tail)
  const b = now.slice(head, now.length - tail)
  const middle = shortest(a, b, work)
  if (middle === undefined) return undefined
  const same = (lines: readonly string[]) => lines.map((line): Edit => ({ kind: '=', line }))
  return [...same(old.slice(0, head)), ...middle, ...same(old.slice(old.length - tail))]
}

/** The furthest row on each diagonal, round by round, until one reaches the end; then back along them. */
function shortest(
  a: readonly string[],
  b: readonly string[],
  work: Work,
): readonly Edit[] | undefined {
  const rounds: ReadonlyMap<number, number>[] = []
  let furthest: ReadonlyMap<number, number> = new Map([[1, 0]])
  for (let edits = 0; edits <= Math.min(a.length + b.length, MOST_EDITS); edits++) {
    rounds.push(furthest)
    const next = new Map(furthest)
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = startOf(next, diagonal, edits)
      const began = x
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1
      work.left -= 1 + x - began
      next.set(diagonal, x)
      if (x >= a.length && x - diagonal >= b.length) return walkBack(a, b, rounds)
    }
    if (work.left < 0) return undefined
    furthest = next
  }
  return undefined
}

function startOf(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  return isFromAbove(furthest, diagonal, edits)
    ? (furthest.get(diagonal + 1) ?? -1)
    : (furthest.get(diagonal - 1) ?? -1) + 1
}

/** By a line more of the new text; else by one less of the old one. */
function isFromAbove(
  furthest: ReadonlyMap<number, number>,
  diagonal: number,
  edits: number,
): boolean {
  if (diagonal === -edits || diagonal === edits) return diagonal === -edits
  return (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1)
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  rounds: readonly ReadonlyMap<number, number>[],
): readonly Edit[] {
  const edits: Edit[] = []
  let [x, y] = [a.length, b.length]
  const same = (from: number) => {
    for (; x > from; y--) edits.push({ kind: '=', line: a[--x] as string })
  }
  for (let round = rounds.length - 1; round > 0; round--) {
    const furthest = rounds[round] as ReadonlyMap<number, number>
    const diagonal = x - y
    const began = startOf(furthest, diagonal, round)
    const isDown = isFromAbove(furthest, diagonal, round)
    same(began)
    edits.push(
      isDown ? { kind: '+', line: b[--y] as string } : { kind: '-', line: a[--x] as string },
    )
  }
  same(0)
  return edits.reverse()
}

interface Hunk {
  oldFrom: number
  newFrom: number
  readonly edits: Edit[]
}

function hunksOf(edits: readonly Edit[]): readonly string[] {
  const isShown = shownIn(edits)
  const hunks: Hunk[] = []
  let [oldLine, newLine] = [1, 1]
  for (const [index, edit] of edits.entries()) {
    if (isShown[index] === true) {
      if (isShown[index - 1] !== true) hunks.push({ oldFrom: oldLine, newFrom: newLine, edits: [] })
      hunks.at(-1)?.edits.push(edit)
    }
    if (edit.kind !== '+') oldLine += 1
    if (edit.kind !== '-') newLine += 1
  }
  return hunks.flatMap(({ oldFrom, newFrom, edits: some }) => {
    const count = (but: Edit['kind']) => some.filter(({ kind }) => kind !== but).length
    const [oldCount, newCount] = [count('+'), count('-')]
    // Of nothing, the line before it is named.
    const [oldAt, newAt] = [
      oldCount === 0 ? oldFrom - 1 : oldFrom,
      newCount === 0 ? newFrom - 1 : newFrom,
    ]
    const lines = some.map(({ kind, line }) => `${kind === '=' ? ' ' : kind}${line}`)
    return [`@@ -${oldAt},${oldCount} +${newAt},${newCount} @@`, ...lines]
  })
}

function shownIn(edits: readonly Edit[]): readonly boolean[] {
  const shown = edits.map(() => false)
  for (const [index, { kind }] of edits.entries()) {
    if (kind === '=') continue
    const to = Math.min(edits.length - 1, index + CONTEXT)
    for (let at = Math.max(0, index - CONTEXT); at <= to; at++) shown[at] = true
  }
  return shown
}
