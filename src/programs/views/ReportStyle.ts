/** The style of the report: light and dark, from a phone's width up. */
import { detectorColors } from "./ReportPicture.ts"

/** What is switched off is not shown. Each switch names what it shows. */
const switched = ["confirmed", "tentative", "bodies", ...detectorColors.map((_, index) => `alone-${index}`)]
  .map((name) => `figure:has([data-show="${name}"]:not(:checked)) .picture .${name}{display:none}`)
  .join("\n")

const detectors = detectorColors
  .map(
    (color, index) =>
      `.alone-${index}{--d:${color};--k:${index}}\n.switch:has([data-show="alone-${index}"]){--d:${color}}`
  )
  .join("\n")

export const style = `
:root{color-scheme:light dark;--page:#f5f5f4;--card:#fff;--line:#e7e5e4;--text:#1c1917;--soft:#78716c;--faint:#f5f5f4;--good:#15803d;--bad:#dc2626;--warn:#b45309;--accent:#0f766e;--shadow:0 1px 2px #0000000d,0 4px 16px #0000000d}
@media (prefers-color-scheme:dark){:root{--page:#0c0a09;--card:#1c1917;--line:#292524;--text:#f5f5f4;--soft:#a8a29e;--faint:#292524;--good:#4ade80;--bad:#f87171;--warn:#fbbf24;--accent:#2dd4bf;--shadow:none}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1320px;padding:24px clamp(12px,3vw,32px) 48px;background:var(--page);color:var(--text);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
h1,h2,h3,p,ul,figure,blockquote{margin:0;padding:0}
ul{list-style:none}
code{font:12px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
small{font-size:12px;color:var(--soft)}
.top{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;justify-content:space-between}
h1{font-size:26px;letter-spacing:-.02em}
h1 span{color:var(--accent)}
.note{display:inline-block;padding:6px 12px;border:1px solid color-mix(in srgb,var(--warn) 40%,transparent);border-radius:8px;background:color-mix(in srgb,var(--warn) 10%,transparent);font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;margin:20px 0}
.tile,.services,.card{background:var(--card);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow)}
.tile{padding:14px 16px;display:flex;flex-direction:column}
.tile b{font-size:26px;line-height:1.2;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft)}
.tile small{color:var(--warn)}
.services{padding:16px;margin-bottom:20px}
.services h2{font-size:15px;margin-bottom:10px}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:6px 28px}
.service{display:grid;grid-template-columns:110px 1fr auto;gap:10px;align-items:center;font-variant-numeric:tabular-nums}
.meter{display:flex;height:6px;border-radius:3px;background:var(--faint);overflow:hidden}
.meter .ok{background:var(--accent)}
.meter .bad,.no:before{background:var(--bad)}
.n em{font-style:normal;color:var(--bad)}
.card{padding:16px;margin-bottom:20px}
.card header{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:baseline;margin-bottom:12px}
.card h2{font-size:17px}
.facts{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center;color:var(--soft);font-size:13px}
.badge{padding:1px 9px;border-radius:99px;background:var(--faint);color:var(--text);font-size:12px}
.badge.failed,.badge.nsfw{background:color-mix(in srgb,var(--bad) 14%,transparent);color:var(--bad)}
.badge.waits{background:color-mix(in srgb,var(--warn) 14%,transparent);color:var(--warn)}
.columns{display:grid;grid-template-columns:minmax(0,1.55fr) minmax(0,1fr);gap:24px;align-items:start}
.left{position:sticky;top:12px}
@media (max-width:880px){.left{position:static}.columns{grid-template-columns:minmax(0,1fr);gap:16px}}
.missing{display:grid;place-items:center;min-height:180px;border:1px dashed var(--line);border-radius:8px;color:var(--soft)}
.empty{color:var(--soft)}

.switches{display:flex;flex-wrap:wrap;gap:6px;margin-bottom:10px;align-items:center}
.switches-name{color:var(--soft);font-size:12px;margin-left:6px}
.switch{position:relative;cursor:pointer;--d:var(--accent)}
.switch input{position:absolute;opacity:0;inset:0;margin:0;cursor:inherit}
.switch span{display:block;padding:2px 10px;border:1px solid var(--line);border-radius:99px;font-size:12px;color:var(--soft)}
.switch input:checked+span{border-color:var(--d);background:color-mix(in srgb,var(--d) 16%,transparent);color:var(--text)}
.switch input:focus-visible+span{outline:2px solid var(--d);outline-offset:1px}
.switch:has(:disabled){opacity:.45;pointer-events:none}

.picture{position:relative;container-type:inline-size;aspect-ratio:var(--w)/var(--h);width:min(100%,calc(min(76vh,760px)*var(--w)/var(--h)));margin:0 auto;border-radius:8px;background:var(--faint)}
.picture img,.picture svg{position:absolute;inset:0;width:100%;height:100%;display:block;border-radius:inherit}
.picture svg{overflow:hidden;pointer-events:none}
.picture svg *{fill:none;vector-effect:non-scaling-stroke;stroke-linecap:round;stroke-linejoin:round}
.picture rect.confirmed{stroke-width:2.5}
.picture rect.tentative{stroke-width:1.5;stroke-dasharray:5 4}
.picture svg .halo{stroke:#0006;stroke-width:4.5;stroke-dasharray:none}
.picture rect.tentative.halo{stroke-width:3}
.picture .face{stroke:#fff;stroke-width:1.3}
.picture .bone{stroke:#fff;stroke-width:1.6}
.picture path.halo{stroke-width:3.4}
.picture .joint{stroke:#fff;stroke-width:4}
.hit{position:absolute;z-index:var(--order);border-radius:3px;outline:none;cursor:default}
.hit:hover,.hit:focus,.hit.lit{background:color-mix(in srgb,var(--c) 24%,transparent);box-shadow:0 0 0 2px var(--c);z-index:500}
.chip{position:absolute;left:-1px;bottom:100%;padding:0 6px;border-radius:3px;background:var(--c);color:var(--ink);font-size:12px;font-weight:600;line-height:18px;white-space:nowrap;max-width:220px;overflow:hidden;text-overflow:ellipsis;pointer-events:none}
.chip b{font-weight:400;opacity:.85;font-variant-numeric:tabular-nums}
.hit.under .chip{bottom:auto;top:0}
.hit.end .chip{left:auto;right:-1px}
.hit.tentative .chip{background:#1c1917e0;color:#fff;box-shadow:inset 0 0 0 1px var(--c)}
.hit .chip.low{bottom:auto;top:100%}
.hit .chip.inside{bottom:auto;top:0}
.chip.crowded{opacity:0}
.hit:hover .chip,.hit:focus .chip,.hit.lit .chip{opacity:1}
.strip{display:none;position:absolute;left:8px;right:8px;bottom:8px;z-index:600;padding:8px 12px;border-radius:8px;background:#1c1917e8;color:#f5f5f4;font-size:13px;line-height:1.5;pointer-events:none}
.strip.top{bottom:auto;top:8px}
.strip strong{color:#fff;margin-right:4px}
.strip em{color:#d6d3d1;font-style:normal}
.strip .no{color:#d6d3d1}
.strip .yes:before{background:#4ade80}
.hit:hover+.strip,.hit:focus+.strip{display:block}
.alone{position:absolute;border:1.5px solid var(--d);pointer-events:none;z-index:300}
.alone i{position:absolute;left:0;bottom:calc(var(--k)*14px);padding:0 3px;background:#000a;color:var(--d);font-size:10px;line-height:14px;font-style:normal;white-space:nowrap}
@container (max-width:460px){.chip b,.alone i{display:none}.picture rect.confirmed{stroke-width:1.6}.picture rect.confirmed.halo{stroke-width:3}.chip{font-size:10px;line-height:15px;padding:0 4px}}

.palette{display:flex;align-items:center;gap:3px;margin-top:6px}
.palette span{width:22px;height:14px;border-radius:3px;box-shadow:inset 0 0 0 1px #8883}
.palette small{margin-left:6px}
.left>.palette{margin-top:12px}
.left>.palette span{width:34px;height:18px}
blockquote{margin-top:10px;padding-left:12px;border-left:3px solid var(--line);color:var(--soft);font-style:italic}
cite{font-style:normal;font-size:12px;margin-left:8px;color:var(--accent)}

.right section+section,.right details.aside,.right details+section{margin-top:18px}
h3{font-size:12px;text-transform:uppercase;letter-spacing:.06em;color:var(--soft);margin-bottom:6px}
.votes li,.boxes li{display:grid;grid-template-columns:28px minmax(0,1fr);gap:8px;padding:8px 0;border-top:1px solid var(--line)}
.emoji{font-size:20px;line-height:1.2;text-align:center}
.boxes li{padding-left:8px;padding-right:6px;border-left:3px solid var(--c);margin-top:6px;border-top:0;border-radius:2px;padding-top:4px;padding-bottom:4px}
.boxes li.lit{background:color-mix(in srgb,var(--c) 14%,transparent)}
.line{display:flex;align-items:baseline;gap:6px}
.score,.number{margin-left:auto;font-variant-numeric:tabular-nums;color:var(--soft);font-size:13px}
.score{background:linear-gradient(to left,color-mix(in srgb,var(--accent) 26%,transparent) calc(var(--part)*100%),transparent 0);padding:0 4px;min-width:96px;text-align:right;border-radius:3px}
.who{font-size:12px;line-height:1.6}
.yes:before,.no:before{content:"";display:inline-block;width:6px;height:6px;border-radius:50%;margin-right:4px;vertical-align:1px;background:var(--good)}
.no{color:var(--soft)}
.no:before{background:none;box-shadow:inset 0 0 0 1.5px var(--soft)}
.who span{display:inline-block;margin-right:6px;white-space:nowrap}
.rule{font-size:12px;color:var(--soft)}
.rule code{color:var(--accent)}
.dim{opacity:.8}
summary{cursor:pointer;color:var(--soft);font-size:13px;padding-top:8px}
.problems li{padding:3px 0}
.problems code{color:var(--bad)}
footer{color:var(--soft);font-size:13px}
${switched}
${detectors}
`
