import { contract } from "../contracts/ResultStore.ts"
import * as MemoryResultStore from "./MemoryResultStore.ts"

contract({ name: "MemoryResultStore", layer: MemoryResultStore.layer })
