import type { Report } from '@vigil/domain/report/report';
import { html, type Markup } from './markup.ts';

/** What the figures mean and where the methods come from. */
export function methodSection({ timeZone }: Report): Markup {
  return html`<section aria-labelledby="method">
<h2 id="method">How the figures are made</h2>
<h3>In time or missed</h3>
<p>An incident is within when it was reached at or before the instant it was due, and missed when it was open and waiting at that instant. So whoever is never attended is a miss as soon as they are late. One that was closed or out of the objective when due counts as neither; the tables of outcomes say how many and why. An arrival that a stand-down took back is left out from the start. Each reopening is a wait of its own. Months are those of the call in ${timeZone}.</p>
<h3>Intervals</h3>
<p>The 95 % interval says how far the share could be off by chance alone if so many incidents stood for many more like them (Wilson 1927, without continuity correction; Newcombe 1998, method 3). It knows nothing of errors in the records.</p>
<h3>How long incidents waited</h3>
<p>An average over the attended leaves out everybody who still waits. Here the still waiting count for as long as they have waited (Kaplan and Meier 1958), and to be closed or to leave the objective without being reached is an end of its own (Aalen and Johansen 1978). Kaplan–Meier answers how long the wait would be if nothing but reaching ended it. Lengths are rounded up: to five seconds up to an hour, to a minute up to two days, then to an hour.</p>
<h3>Literature</h3>
<ul>
<li>E. B. Wilson, Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association 22 (1927), 209–212.</li>
<li>R. G. Newcombe, Two-sided confidence intervals for the single proportion: comparison of seven methods. Statistics in Medicine 17 (1998), 857–872.</li>
<li>E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations. Journal of the American Statistical Association 53 (1958), 457–481.</li>
<li>O. O. Aalen and S. Johansen, An empirical transition matrix for non-homogeneous Markov chains based on censored observations. Scandinavian Journal of Statistics 5 (1978), 141–150.</li>
</ul>
</section>`;
}
