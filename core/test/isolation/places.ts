import { hostname } from 'node:os'
import type { Teardown } from '../support/host-process.ts'
import { type OutboundServer, outboundServer } from '../support/outbound-server.ts'

/** Servers that plugins may ask, or should not be able to. */
export interface Places {
  /** The attacker's own: whatever reaches it, it has. */
  readonly spoils: OutboundServer
  /** The victim's: the operator named it, the victim was granted it. */
  readonly larder: OutboundServer
  /** Of nobody: in the host's own network, and not named by the operator. */
  readonly vault: OutboundServer
}

/** Where the attacker's own server sends whoever comes, set once all addresses are known. */
export type Redirections = Map<string, string>

export async function openPlaces(
  t: Teardown,
  told: { readonly larder: string; readonly vault: string },
  redirections: Redirections,
): Promise<Places> {
  const [larder, vault] = [
    await outboundServer(t, (_, response) => response.end(told.larder)),
    await outboundServer(t, (_, response) => response.end(told.vault)),
  ]
  const spoils = await outboundServer(t, ({ url, headers }, response) => {
    const location = redirections.get(url)
    if (location !== undefined)
      response.writeHead(url.startsWith('/307') ? 307 : 302, { location }).end()
    else response.end(JSON.stringify({ url, headers }))
  })
  redirections.set('/to-larder', `${larder.origin}/`)
  redirections.set('/to-vault', `${vault.origin}/`)
  redirections.set('/307-to-vault', `${vault.origin}/`)
  redirections.set('/to-vault-by-name', `https://localhost:${vault.port}/`)
  redirections.set('/twice', `${spoils.origin}/to-vault`)
  redirections.set('/to-metadata', 'http://169.254.169.254/latest/meta-data/')
  redirections.set('/to-file', 'file:///etc/passwd')
  return { spoils, larder, vault }
}

/** The vault, in every way to write where it is. */
export function vaultOrigins({ vault: { port } }: Places): readonly string[] {
  const hosts = [
    'localhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '017700000001',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    hostname().toLowerCase(),
  ]
  return hosts.flatMap((host) => [`http://${host}:${port}`, `https://${host}:${port}`])
}
