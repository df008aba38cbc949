import { definePlugin } from '@signalbox/sdk'

export default definePlugin({ services: {} })
