import { useUserNames } from '../api/user-names.ts'
import { useTenant, useViewer } from '../app/viewer-context.ts'
import { type Person, personIn } from './person.ts'

/** Who did something, by name where it was a user; how it is kept, is said to who points at it. All else as it is. */
export function Named({ text }: { text: string }) {
  const person = personIn(text)
  // Most texts mean nobody: they cost no question.
  return person === undefined ? text : <NamedPerson person={person} text={text} />
}

function NamedPerson({ person, text }: { person: Person; text: string }) {
  const name = useName(person)
  return name === undefined ? text : <span title={text}>{name}</span>
}

/** The same within a sentence. */
export function useNamed(text: string): string {
  return useName(personIn(text)) ?? text
}

function useName(person: Person | undefined): string | undefined {
  const isOperator = useViewer().kind === 'operator'
  const shown = useTenant()
  const tenant = isOperator ? (person?.tenant ?? shown) : shown
  // Whom another company calls what, is not told to a user: it is not asked for.
  const isAsked = person !== undefined && tenant === (person.tenant ?? tenant)
  const ids = isAsked && tenant !== undefined ? [person.id] : []
  const nameOf = useUserNames(tenant ?? '', ids)
  const [id] = ids
  if (id === undefined) return undefined
  const name = nameOf(id)
  return name === id ? undefined : name
}
