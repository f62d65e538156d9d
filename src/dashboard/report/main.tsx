/** The report of a run: the pages of its images, with all that they show in this one file. */
import { render } from "preact"
import "../styles/index.css"
import "../styles/report.css"
import { report } from "./Contents.ts"
import { ReportPage } from "./ReportPage.tsx"

render(<ReportPage report={report} />, document.getElementById("app")!)
