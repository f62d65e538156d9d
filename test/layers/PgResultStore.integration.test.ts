import { contract } from "../contracts/ResultStore.ts"
import * as Databases from "../support/Databases.ts"

contract({ name: "PgResultStore", layer: Databases.store })
