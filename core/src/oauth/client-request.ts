import { OAuthRefusal } from './oauth-refusal.ts'

export interface ClientRequest {
  readonly clientId: string
  readonly clientSecret: string
  /** All but what the client proves itself by. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A scope of every operation has some 4 KB. */
export const MAX_FORM_BYTES = 16 * 1024

/**
 * Reads a form of an OAuth endpoint and who sends it: `client_secret_basic` or `client_secret_post` (RFC 6749 §2.3.1),
 * one of them. Parameters without a value count as not sent, and none may be there twice (§3.2).
 * @param authorization the header, if there is one
 */
export function readClientRequest(form: string, authorization: string | undefined): ClientRequest {
  const parameters = readForm(form)
  const basic = authorization === undefined ? undefined : readBasic(authorization)
  const [id, secret] = [parameters.get('client_id'), parameters.get('client_secret')]
  parameters.delete('client_id')
  parameters.delete('client_secret')
  if (basic === undefined) {
    if (id === undefined || secret === undefined) {
      throw new OAuthRefusal('invalid_client', 'send client_id and client_secret')
    }
    return { clientId: id, clientSecret: secret, parameters }
  }
  if (secret !== undefined || (id !== undefined && id !== basic.clientId)) {
    throw new OAuthRefusal('invalid_request', 'the client is named in two ways')
  }
  return { ...basic, parameters }
}

function readForm(form: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(form)) {
    if (value === '') continue
    if (parameters.has(name)) {
      throw new OAuthRefusal('invalid_request', 'a parameter is there twice')
    }
    parameters.set(name, value)
  }
  return parameters
}

function readBasic(authorization: string): { clientId: string; clientSecret: string } {
  const match = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)
  const text = match === null ? '' : Buffer.from(match[1] as string, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) throw new OAuthRefusal('invalid_client', 'the Authorization header is not Basic')
  return {
    clientId: decoded(text.slice(0, colon)),
    clientSecret: decoded(text.slice(colon + 1)),
  }
}

/** Both halves are form-encoded before they are joined. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    const description = 'the Authorization header is not form-encoded'
    throw OAuthRefusal.because(cause, 'invalid_client', description)
  }
}
