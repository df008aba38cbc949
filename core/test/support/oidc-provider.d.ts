/** The package has no types of its own; what the tests use of it. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Context {
    readonly path: string
    body: unknown
    readonly oidc: {
      readonly client?: { readonly clientId: string }
      readonly session?: { readonly accountId?: string }
      readonly provider: Provider
    }
  }

  interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  interface Configuration {
    readonly [setting: string]: unknown
    readonly findAccount: (
      context: Context,
      id: string,
    ) => { accountId: string; claims(): Promise<Record<string, unknown>> }
    readonly loadExistingGrant: (context: Context) => Promise<Grant>
    readonly interactions: {
      url(context: Context, interaction: { readonly uid: string }): string
    }
  }

  export class Provider {
    readonly Grant: new (of: {
      accountId: string
      clientId: string
    }) => Grant
    constructor(issuer: string, configuration: Configuration)
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
    ): Promise<void>
  }
}
