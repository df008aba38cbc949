import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/**
 * Iterations slow down guessing, and nobody guesses a 256-bit HMAC: one is as safe as 4096 (the server's
 * default) for such passwords, and a connect costs 2 ms less.
 */
const ITERATIONS = 1
const SALT_BYTES = 16

/**
 * What PostgreSQL stores of a password (RFC 5802 with SHA-256, RFC 7677). Made here, so that the password
 * itself is never in a statement that a server may log. For random passwords only.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  const serverKey = hmac('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/** A login role's password: whoever holds the cluster secret can log in as any of its roles, nobody else can. */
export function rolePassword(clusterSecret: string, roleName: string): string {
  return createHmac('sha256', clusterSecret).update(roleName).digest('base64url')
}
