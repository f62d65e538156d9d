import { Effect, Layer } from "effect"
import { contract } from "../contracts/MessageBroker.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"

contract({
  name: "RabbitMessageBroker",
  layer: Layer.provide(RabbitQueues.broker, RabbitQueues.address),
  isLive: true,
  pass: Effect.sleep
})
