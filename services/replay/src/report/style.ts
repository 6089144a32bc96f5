/** The style of the report: calm, for screens of any width and for A4. */
export const style = `
:root { --ink: #1b2733; --soft: #52606d; --line: #d5dce3; --pale: #f4f6f8; --main: #1c5d99; --bad: #9b2c1f; --good: #1b6b4f; --open: #6b5310 }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.5rem 4rem; color: var(--ink); background: #fff; font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: anywhere }
h1, h2, h3 { line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; overflow-wrap: anywhere }
h1 { font-size: 2.1rem; margin: 0 0 .4rem }
h2 { font-size: 1.5rem; margin: 3.5rem 0 .6rem; padding-top: 1.2rem; border-top: 2px solid var(--ink) }
h3 { font-size: 1.12rem; margin: 2.2rem 0 .5rem }
p { margin: .4rem 0 .9rem; max-width: 44rem }
.soft, figcaption, caption { color: var(--soft) }
a { color: var(--main) }
a:focus-visible, .table:focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
nav ol { columns: 2; column-gap: 2rem; padding-left: 1.3rem; max-width: 44rem }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; margin: 1.4rem 0; padding: 0; list-style: none }
.cards li { border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.2rem }
.cards .name { font-weight: 650 }
.cards .big { display: block; font-size: 2.4rem; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; margin-top: .5rem }
.cards p { margin: .3rem 0 0 }
.verdict { font-weight: 650 }
.met { color: var(--good) } .not-met { color: var(--bad) } .too-close-to-tell { color: var(--open) } .nothing-due { color: var(--soft) }
.pair { display: grid; grid-template-columns: minmax(0, 9fr) minmax(0, 10fr); gap: 1rem 2rem; align-items: start; margin: .8rem 0 1.2rem }
figure { margin: 0 }
figcaption, caption { font-size: .86rem; text-align: left; padding-bottom: .45rem; caption-side: top }
figure > svg { width: 100%; max-width: 27.5rem; height: auto; display: block }
.keys { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0; margin: .5rem 0 0; font-size: .86rem }
.keys svg { vertical-align: -1px }
.table { overflow-x: auto; max-width: 100%; margin: 0 0 1.4rem }
.pair .table { margin: 0 }
table { border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.4; font-variant-numeric: tabular-nums }
th, td { padding: .34rem .55rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: normal }
th:first-child, td:first-child { padding-left: 0 }
th:last-child, td:last-child { padding-right: 0 }
thead th { border-bottom: 1.5px solid var(--ink); font-weight: 600; vertical-align: bottom }
tbody th { font-weight: 500; min-width: 9.8rem }
.figures { text-align: right; white-space: nowrap }
thead .figures { white-space: normal }
.long { overflow-wrap: anywhere }
td small { color: var(--soft); font-size: .95em; margin-left: .4em }
tr.total th, tr.total td { font-weight: 650; border-top: 1.5px solid var(--ink) }
.case { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem 1.1rem; margin: 1.1rem 0 }
.case h3 { margin: 0 0 .3rem }
.case ol { list-style: none; margin: .8rem 0; padding: 0 }
.case ol > li { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 0 1.2rem; padding: .45rem 0; border-top: 1px solid var(--line); font-size: .92rem }
.case time { font-variant-numeric: tabular-nums }
.case .since { display: block; color: var(--soft) }
.case .alert .sentence { color: var(--bad); font-weight: 650 }
.case ul { margin: .15rem 0 0; padding-left: 1.1rem; color: var(--soft) }
.case p { margin: .2rem 0; max-width: none }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .8rem 1.5rem; margin: 1.2rem 0 }
dl.facts dt { color: var(--soft); font-size: .86rem }
dl.facts dd { margin: 0; font-size: .95rem; font-weight: 650; font-variant-numeric: tabular-nums }
@media (max-width: 54rem) { .pair { grid-template-columns: minmax(0, 1fr) } }
@media (max-width: 36rem) {
  body { padding: 1.4rem 1rem 3rem }
  h1 { font-size: 1.7rem } h2 { font-size: 1.3rem }
  nav ol { columns: 1 }
  table { font-size: .8rem } tbody th { min-width: 0 } td.figures small { display: block; margin: 0 } th, td { padding: .32rem .35rem }
  .case { padding: .8rem .9rem }
  .case ol > li { grid-template-columns: minmax(0, 1fr) }
}
@page { size: A4; margin: 16mm 15mm 18mm }
@media print {
  html { font-size: 9.6pt }
  body { max-width: none; padding: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  h2, h3, h3 + p, h3 + p + p, figcaption, caption, thead { break-after: avoid }
  h2 { margin-top: 9mm } h3 { margin-top: 6mm }
  .objective, .sample { break-before: page }
  p, figure, tr, .cards li, .case li { break-inside: avoid }
  .pair { grid-template-columns: minmax(0, 9fr) minmax(0, 11fr); gap: 3mm 6mm }
  .table { overflow: visible }
  table { font-size: 7.8pt } tbody th { min-width: 25mm } th, td { padding: .9mm 1.1mm } thead { display: table-header-group }
  .case { border-radius: 0; break-inside: auto }
  .case ol > li { grid-template-columns: 44mm minmax(0, 1fr); font-size: 8.6pt }
  a { color: inherit; text-decoration: none }
}
`;
