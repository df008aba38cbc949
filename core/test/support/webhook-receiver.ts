import type { ServerResponse } from 'node:http'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'
import { outboundServer, type SeenRequest } from './outbound-server.ts'

export interface ReceivedWebhook {
  readonly id: string
  readonly event: {
    readonly id: string
    readonly type: string
    readonly partitionkey?: string
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
    readonly data: any
  }
  readonly request: SeenRequest
}

/** A receiver that takes what standardwebhooks verifies, and answers as the test says. */
export class WebhookReceiver {
  readonly url: string
  /** What was answered by 2xx, in order, repetitions included. */
  readonly taken: ReceivedWebhook[] = []
  /** All that was verified. */
  readonly seen: ReceivedWebhook[] = []
  refused = 0
  secrets: readonly string[] = []
  /** @returns the status; undefined: it answers by itself, later or never */
  answer: (webhook: ReceivedWebhook, response: ServerResponse) => number | undefined = () => 204

  private constructor(url: string) {
    this.url = url
  }

  static async start(t: Test): Promise<WebhookReceiver> {
    let receiver: WebhookReceiver | undefined
    const { origin } = await outboundServer(t, (request, response) => {
      receiver?.receive(request, response)
    })
    receiver = new WebhookReceiver(`${origin}/hook`)
    return receiver
  }

  private receive(request: SeenRequest, response: ServerResponse): void {
    const headers = request.headers as Record<string, string>
    const isOurs = this.secrets.some((secret) => {
      try {
        return new Webhook(secret).verify(request.body, headers) !== undefined
      } catch {
        return false
      }
    })
    if (!isOurs) {
      this.refused++
      response.writeHead(401).end()
      return
    }
    const webhook = {
      id: headers['webhook-id'] ?? '',
      event: JSON.parse(request.body),
      request,
    }
    this.seen.push(webhook)
    const status = this.answer(webhook, response)
    if (status === undefined) return
    if (status >= 200 && status < 300) this.taken.push(webhook)
    response.writeHead(status).end()
  }
}
