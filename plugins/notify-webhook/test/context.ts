import type { Context, Message, SignRequest } from '@signalbox/sdk'

/** A call's context, with keys that sign whatever comes; what was signed is kept. */
export function contextWith(
  config: object = { url: 'https://hooks.example/in?token=t0p', key: 'hooks' },
  sign?: () => Promise<never>,
) {
  const signed: SignRequest[] = []
  const keys = {
    sign: async (request: SignRequest) => {
      signed.push(request)
      await sign?.()
      return { signature: 's', algorithm: 'v1', keyVersion: 1, timestamp: 7, header: 'v1,c2ln' }
    },
  } as unknown as Context['keys']
  return { config, keys, signed, deadline: 10_000, now: () => 0 }
}

export const message: Omit<Message, 'channel'> = {
  to: ['shift-lead'],
  subject: '晚点',
  text: '列车晚点。',
}

/** An error as the host rejects with. */
export function hostError(code: string): Error {
  return Object.assign(new Error('The host says no.'), { code })
}
