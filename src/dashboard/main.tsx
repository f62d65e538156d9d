/** The dashboard: what the pipeline is doing, image by image, drawn from the HTTP API alone. */
import { render } from "preact"
import { App } from "./App.tsx"
import "./styles/index.css"

render(<App />, document.getElementById("app")!)
