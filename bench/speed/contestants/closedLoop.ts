/** Asks the service about the same picture again and again, as many times at once as it may be asked, and does nothing else. */
import { readFileSync } from "node:fs"
import { Agent, request } from "node:http"

const { CONCURRENCY, PICTURE, SERVICE_URL } = process.env as Record<string, string>

const picture = readFileSync(PICTURE!)
const agent = new Agent({ keepAlive: true })
const ask = (): void => {
  request(SERVICE_URL!, { method: "POST", agent, headers: { "content-length": picture.length } }, (response) =>
    response.resume().on("end", ask)
  ).end(picture)
}
for (let i = 0; i < Number(CONCURRENCY); i++) ask()
