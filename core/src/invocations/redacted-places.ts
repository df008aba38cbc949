import type { Recording } from './recording.ts'
import { type RedactedPlace, redactedPlaces } from './redacted-marker.ts'

/** Every place of a recording that a replay gives to the guest with something redacted in it. */
export function redactedPlacesOf({ input, isolate, hostCalls }: Recording): RedactedPlace[] {
  return [
    ...redactedPlaces(input, 'input'),
    ...redactedPlaces(isolate.config, 'config'),
    ...hostCalls.flatMap(({ name, answer, error }, index) =>
      redactedPlaces(answer ?? error?.message, answerPlace(index + 1, name)),
    ),
  ]
}

/** Such as `answer 2 (db.query)`: host calls are counted from one, in the order they were asked. */
export function answerPlace(number: number, name: string): string {
  return `answer ${number} (${name})`
}
