/** Asks for the API token where one is needed. */
import { useSignal } from "@preact/signals"
import { api, send } from "./Client.ts"

export const LogIn = ({ onLogIn }: { readonly onLogIn: () => void }) => {
  const token = useSignal("")
  const problem = useSignal<string | undefined>(undefined)
  const logIn = async (event: Event) => {
    event.preventDefault()
    try {
      await send(api.session.logIn({ payload: { token: token.value } }))
      onLogIn()
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  return (
    <form class="card log-in" onSubmit={logIn}>
      <h1>Log in</h1>
      <label>
        API token
        <input
          type="password"
          autocomplete="current-password"
          value={token}
          onInput={({ currentTarget }) => (token.value = currentTarget.value)}
        />
      </label>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <button type="submit" class="primary">
        Log in
      </button>
    </form>
  )
}
