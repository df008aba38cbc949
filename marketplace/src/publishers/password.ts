import { hash, verify } from '@node-rs/argon2'
import { Gate } from '../http/gate.ts'

/** Argon2id (the library's default) by OWASP's first choice: 19 MiB, two passes, one lane; about 20 ms of one core. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * Two at once, so that guessing passwords can hold neither the four threads of libuv's pool nor more than
 * 40 MiB; sixteen in line is more than real logins of a host ever need.
 */
const gate = new Gate(2, 16)

/** The hash of no password: an unknown name costs the same time as a wrong password. */
let decoy: Promise<string> | undefined

export function hashPassword(password: string): Promise<string> {
  return gate.run(() => hash(password, parameters))
}

/** @param stored the hash of the account, or null when there is no account or it has no password. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  // Not through the gate: a refusal there would be remembered for ever.
  decoy ??= hash('', parameters)
  const against = stored ?? (await decoy)
  const matches = await gate.run(() => verify(against, password))
  return matches && stored !== null
}
