/** The page to bring pictures in: chosen, dropped, pasted, or by address; and what became of them. */
import { useSignal } from "@preact/signals"
import { Bar } from "../parts/Bar.tsx"
import { count, grouped } from "../parts/Words.ts"
import { href } from "../Routes.ts"
import { othersIn, urlsIn } from "./Dropping.tsx"
import { add, clear, nameOf, retry, sendings } from "./Sending.ts"
import { wishes } from "./Wishes.ts"

export const Add = () => (
  <>
    <h1>Add pictures</h1>
    <section class="card add" aria-label="Pictures">
      <div class="wishes">
        <label>
          Group
          <input
            name="group"
            maxLength={200}
            value={wishes.value.group}
            placeholder="holiday"
            onInput={({ currentTarget }) => (wishes.value = { ...wishes.value, group: currentTarget.value })}
          />
        </label>
        <label>
          Ask
          <select
            name="services"
            value={wishes.value.services}
            onChange={({ currentTarget }) => (wishes.value = { ...wishes.value, services: currentTarget.value })}
          >
            <option value="">the primary services</option>
            <option value="all">all services</option>
          </select>
        </label>
      </div>
      <Files />
      <Addresses />
    </section>
    <Outcome />
  </>
)

const Files = () => (
  <label class="files">
    <span>
      Drop pictures here or on any page, paste them, or <b>choose some</b>
    </span>
    <input
      type="file"
      name="files"
      multiple
      accept="image/*"
      onChange={({ currentTarget }) => {
        add([...(currentTarget.files ?? [])], wishes.value)
        currentTarget.value = ""
      }}
    />
  </label>
)

const Addresses = () => {
  const text = useSignal("")
  const urls = urlsIn(text.value)
  const others = othersIn(text.value)
  return (
    <form
      class="addresses"
      onSubmit={(event) => {
        event.preventDefault()
        add(urls, wishes.value)
        text.value = others.join("\n")
      }}
    >
      <label>
        Addresses of pictures, one a line
        <textarea
          name="urls"
          rows={3}
          value={text.value}
          placeholder="https://example.org/cat.jpg"
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      {others.length > 0 && (
        <p class="soft" role="status">
          {count(others.length, "line")} without http:// or https:// {others.length === 1 ? "stays" : "stay"} here
        </p>
      )}
      <button type="submit" disabled={urls.length === 0}>
        Fetch {urls.length > 0 && count(urls.length, "picture")}
      </button>
    </form>
  )
}

const Outcome = () => {
  const all = sendings.value
  if (all.length === 0) return null
  const of = (wanted: string) => all.filter(({ state }) => state === wanted)
  const [taken, known, refused] = [of("taken").length, of("known").length, of("refused")]
  const done = taken + known + refused.length
  const groups = new Set(all.map(({ wishes: { group } }) => group))
  return (
    <section class="card problems" aria-labelledby="sent">
      <h2 id="sent">
        {done < all.length ? `${grouped(done)} of ${count(all.length, "picture")} sent` : "All are sent"}
      </h2>
      <Bar label="Pictures sent" total={all.length} done={taken + known} failed={refused.length} />
      <p role="status">
        {count(taken, "picture")} taken{known > 0 && `, ${grouped(known)} known before`}
        {refused.length > 0 && <span class="bad">, {grouped(refused.length)} refused</span>}
      </p>
      {refused.length > 0 && (
        <ul>
          {refused.map(({ picture, reason }, i) => (
            <li key={i} data-refused={nameOf(picture)}>
              <b>{nameOf(picture)}</b> {reason}
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <a class="button" href={href("images", groups.size === 1 ? { group: [...groups][0]! } : {})}>
          See the images
        </a>
        {refused.length > 0 && (
          <button type="button" onClick={retry}>
            Try the refused ones again
          </button>
        )}
        <button type="button" onClick={clear}>
          Clear
        </button>
      </div>
    </section>
  )
}
