import { pointerTo } from '@signalbox/sdk/json-pointer'
import { markerPattern, type RedactedPlace } from '../redacted-marker.ts'

/**
 * Gives every redacted place of a replay a number, and writes it into the markers the guest is given, so that
 * the guest's side can tell by it what was read: `⟦redacted string 3 @17⟧`.
 */
export class TaggedPlaces {
  readonly places: RedactedPlace[] = []

  /** A copy of a JSON value with its markers tagged. */
  tag(value: unknown, within: string, pointer = ''): unknown {
    if (typeof value === 'string') return this.#tagText(value, { in: within, pointer })
    if (typeof value !== 'object' || value === null) return value
    const tagged = (child: unknown, key: string | number) =>
      this.tag(child, within, pointerTo(pointer, key))
    if (Array.isArray(value)) return value.map(tagged)
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [name, tagged(child, name)]),
    )
  }

  #tagText(text: string, place: RedactedPlace): string {
    let number: number | undefined
    return text.replace(markerPattern(), (marker) => {
      number ??= this.places.push(place) - 1
      return `${marker.slice(0, -1)} @${number}⟧`
    })
  }
}
