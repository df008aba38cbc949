import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { Provider } from 'oidc-provider'
import type { Teardown } from './host-process.ts'

export const CLIENT = 'signalbox'
export const SECRET = 'client-secret-that-nobody-may-see'
/** Another application of the same provider. */
export const OTHER = 'wiki'

type Claims = Readonly<Record<string, unknown>>

interface Wish {
  /** Where the browser is sent back to. */
  readonly redirectUri: string
  readonly postLogoutUri: string
  readonly backchannelUri?: string
}

const KEY_ID = 'of-the-tests'

/** A whole OpenID provider on loopback, and the browser of somebody who is signed in there. */
export class IdentityProvider {
  readonly issuer: string
  readonly accounts = new Map<string, Claims>()
  /** Who sits at the browser. */
  who = 'ann'
  amr: string[] | undefined
  /** Changes what the token endpoint answers. */
  tamper: ((answer: Record<string, unknown>) => Promise<void>) | undefined
  readonly #server: Server
  readonly #keys: Awaited<ReturnType<typeof generateKeyPair>>
  #handler: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => {
    response.writeHead(503).end()
  }

  private constructor(server: Server, keys: Awaited<ReturnType<typeof generateKeyPair>>) {
    this.#server = server
    this.#keys = keys
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => this.#handler(request, response))
  }

  /** It listens, and answers nothing before it has opened. */
  static async start(t: Teardown): Promise<IdentityProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const provider = new IdentityProvider(
      server,
      await generateKeyPair('RS256', { extractable: true }),
    )
    t.teardown(() => provider.stop())
    return provider
  }

  async open({ redirectUri, postLogoutUri, backchannelUri }: Wish): Promise<void> {
    const client = {
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [postLogoutUri],
      grant_types: ['authorization_code'],
      response_types: ['code' as const],
    }
    const key = {
      ...(await exportJWK(this.#keys.privateKey)),
      kid: KEY_ID,
      use: 'sig',
      alg: 'RS256',
    }
    const provider = new Provider(this.issuer, {
      clients: [
        {
          ...client,
          client_id: CLIENT,
          client_secret: SECRET,
          ...(backchannelUri === undefined
            ? {}
            : {
                backchannel_logout_uri: backchannelUri,
                backchannel_logout_session_required: true,
              }),
        },
        { ...client, client_id: OTHER, client_secret: 'the-secret-of-the-wiki' },
      ],
      jwks: { keys: [key] },
      cookies: { keys: ['of the tests'] },
      claims: {
        openid: ['sub', 'amr'],
        email: ['email', 'email_verified'],
        profile: ['name', 'preferred_username'],
        groups: ['groups'],
        sid: null,
      },
      scopes: ['openid', 'email', 'profile', 'groups'],
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: { enabled: true },
      },
      // Its own guard refuses loopback, where all of this test is.
      fetch: (url: string, { dispatcher: _, ...asked }: RequestInit & { dispatcher?: unknown }) =>
        fetch(url, asked),
      pkce: { required: () => true },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, id) => ({
        accountId: id,
        claims: async () => ({ sub: id, ...this.accounts.get(id) }),
      }),
      // Nobody is asked whether he agrees: it is his company's application.
      loadExistingGrant: async ({ oidc }) => {
        const { clientId = '' } = oidc.client ?? {}
        const grant = new oidc.provider.Grant({
          accountId: oidc.session?.accountId ?? '',
          clientId,
        })
        grant.addOIDCScope('openid email profile groups')
        await grant.save()
        return grant
      },
    })
    provider.use(async (ctx, next) => {
      await next()
      if (ctx.path === '/token' && this.tamper !== undefined) {
        await this.tamper(ctx.body as Record<string, unknown>)
      }
    })
    const callback = provider.callback()
    this.#handler = (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) void callback(request, response)
      else {
        const login = { accountId: this.who, ...(this.amr === undefined ? {} : { amr: this.amr }) }
        void provider.interactionFinished(request, response, { login })
      }
    }
  }

  /** Whatever it says, with its own key. */
  sign(claims: JWTPayload, header: { readonly typ?: string } = {}): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, ...header })
      .sign(this.#keys.privateKey)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Somebody's browser at the provider: follows it until it leads back. */
export class ProviderBrowser {
  readonly #cookies = new Map<string, string>()
  readonly #issuer: string

  constructor({ issuer }: IdentityProvider) {
    this.#issuer = issuer
  }

  /** @returns the first address that is not the provider's */
  async follow(address: string): Promise<URL> {
    let url = new URL(address)
    for (let hops = 0; hops < 10; hops++) {
      const response = await this.#ask(url)
      const location = response.headers.get('location')
      if (location === null) throw new Error(`the provider stays: ${await response.text()}`)
      url = new URL(location, url)
      if (url.origin !== this.#issuer) return url
    }
    throw new Error('the provider leads nowhere')
  }

  /** Says yes to being signed out. @returns where it leads */
  async signOut(address: string): Promise<string | null> {
    const url = new URL(address)
    const [, xsrf = ''] =
      /name="xsrf" value="([^"]+)"/.exec(await (await this.#ask(url)).text()) ?? []
    const body = new URLSearchParams({ xsrf, logout: 'yes' })
    return (await this.#ask(new URL('/session/end/confirm', url), body)).headers.get('location')
  }

  async #ask(url: URL, body?: URLSearchParams): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }
}
