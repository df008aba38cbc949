import type { InputFault } from '../errors/coded-error.ts'
import { pointerTo } from '../schema/json-pointer.ts'

/** Of one value: what is read and drawn wherever somebody looks. Four times the largest of the plugins that come with the host. */
const MOST_CHARACTERS = 65_536
const MOST_LEVELS = 32

interface Offering {
  readonly provides?: { readonly contributes?: readonly { readonly value?: unknown }[] }
}

/** Why what a manifest puts into points of others is too much for them, whatever their schemas say. Pure. */
export function contributionFaults({ provides }: Offering): readonly InputFault[] {
  return (provides?.contributes ?? []).flatMap(({ value }, index) => {
    const pointer = `/provides/contributes/${index}/value`
    const fault = valueFault(value, pointer)
    return fault === undefined ? [] : [fault]
  })
}

interface Place {
  readonly value: unknown
  readonly pointer: string
  readonly level: number
}

/** Without recursion: a value may be deeper than any stack. */
function valueFault(whole: unknown, pointer: string): InputFault | undefined {
  const left: Place[] = [{ value: whole, pointer, level: 0 }]
  let characters = 0
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value, level } = place
    if (level > MOST_LEVELS)
      return { pointer, detail: `must be at most ${MOST_LEVELS} levels deep` }
    characters += typeof value === 'string' ? value.length : 1
    for (const [name, inner] of membersOf(value)) {
      const at = pointerTo(place.pointer, name)
      if (name === '__proto__') {
        return { pointer: at, detail: 'must not be a member: it is a part of every object' }
      }
      characters += name.length
      left.push({ value: inner, pointer: at, level: level + 1 })
    }
    if (characters > MOST_CHARACTERS) {
      return { pointer, detail: `must have at most ${MOST_CHARACTERS} characters` }
    }
  }
  return undefined
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
