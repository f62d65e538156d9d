import { layer } from "@effect/vitest"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import { serviceSwitch } from "../../contracts/ServiceSwitch.ts"

layer(MemoryServiceSwitch.layer, { excludeTestServices: true })("a service switch in memory", serviceSwitch)
