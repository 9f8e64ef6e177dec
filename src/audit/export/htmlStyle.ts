// The style of the HTML report: read on a screen, printed to PDF, dark where the reader's system is.
export const STYLE = `
:root{color-scheme:light dark;--line:#b9bec6;--soft:#f4f5f7;--ink:#1d2127;--quiet:#525a65;--add:#e2f3e6;--del:#fbe6e4}
@media (prefers-color-scheme:dark){:root{--line:#4a515b;--soft:#23272d;--ink:#e7e9ec;--quiet:#a8b0bb;--add:#17351f;--del:#43201d}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);margin:0 auto;max-width:60rem;padding:1.5rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.3rem;line-height:1.3;margin:2.5rem 0 .5rem;border-top:2px solid var(--ink);padding-top:.75rem;overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.75rem 0 .5rem;overflow-wrap:anywhere}
p{margin:.4rem 0}.note,small{color:var(--quiet);font-size:.87rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:.15rem 1.5rem;margin:.5rem 0}
dl div{display:flex;gap:.5rem;min-width:0}dt{color:var(--quiet);flex:none}dt::after{content:":"}dd{margin:0;overflow-wrap:anywhere;min-width:0}
pre{background:var(--soft);border:1px solid var(--line);border-radius:3px;font:13px/1.45 ui-monospace,monospace;margin:.4rem 0;padding:.5rem .6rem;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
pre i{color:var(--quiet);font-style:normal}
.diff{padding:.25rem 0}.diff ins,.diff del,.diff span{display:block;padding:0 .6rem;text-decoration:none;min-height:1.45em}.diff ins{background:var(--add)}.diff del{background:var(--del)}
.diff{white-space:normal}.diff ins,.diff del,.diff span{white-space:pre-wrap}
article{border:1px solid var(--line);border-radius:4px;margin:.75rem 0;padding:.6rem .8rem}
article>header{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline}
article>header time{color:var(--quiet);font-variant-numeric:tabular-nums}
.end{border:1px solid currentColor;border-radius:3px;font-weight:600;padding:0 .4rem}
.rule{border-style:dotted}.odd{font-weight:600;border-left:4px solid currentColor;padding-left:.6rem}
blockquote{border-left:4px solid var(--line);margin:.5rem 0;padding:.1rem 0 .1rem .8rem}
blockquote pre{background:none;border:0;font:inherit;padding:0}
nav ol{padding-left:1.5rem}nav li{overflow-wrap:anywhere}a{color:inherit}
@page{margin:16mm 14mm 18mm}
@media print{:root{--line:#999;--soft:#f4f5f7;--ink:#000;--quiet:#444;--add:#eef8f0;--del:#fdf0ef}body{max-width:none;padding:0;font-size:10pt}pre,code{font-size:8.5pt}h2{break-before:page;border:0;padding:0}header,h3,.file{break-after:avoid}article{break-inside:auto}dl div{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}ins,del{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
