export type {
  CallOptions,
  ClientOptions,
  ServiceShape,
  StreamedEvent,
  StreamOptions,
  Streams,
} from './client-options.ts'
export type { ClientTime } from './client-time.ts'
export { createServiceClient } from './service-client.ts'
export { type Fault, ServiceError } from './service-error.ts'
export type { FreshToken, TokenProvider } from './token-source.ts'
