namespace AspirePaxos.Simulation.Linearizability;

public static partial class CounterexamplePage
{
    private const string Style = """
        :root{color-scheme:light dark;--paper:#fbfaf8;--card:#fff;--ink:#1c1e21;--soft:#5b6168;--line:#dcdad5;--bar:#dfe9f6;--edge:#5b86bd;--bad:#c62828;--bad-ink:#b71c1c}
        @media (prefers-color-scheme:dark){:root{--paper:#16181b;--card:#1e2125;--ink:#e8e6e3;--soft:#a0a6ad;--line:#363b41;--bar:#25374f;--edge:#6f9bd4;--bad:#c93a32;--bad-ink:#ff8278}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:2rem 1rem 4rem}
        .over{margin:0;color:var(--bad-ink);font-weight:600}
        h1{margin:.3rem 0 1rem;font-size:clamp(1.15rem,.9rem + 1.1vw,1.6rem);line-height:1.35;font-weight:650;overflow-wrap:anywhere}
        h2{margin:2rem 0 .5rem;font-size:1.1rem}
        p,li{overflow-wrap:anywhere}
        code,pre,.bar span{font-family:ui-monospace,monospace;font-size:.86em}
        .chart{margin:1.5rem 0;padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
        .scroll{overflow-x:auto;padding-bottom:.5rem}
        .lines{display:grid;grid-template-columns:max-content minmax(calc(var(--moments)*6rem),1fr);row-gap:.5rem}
        .who{position:sticky;left:0;z-index:1;background:var(--card);padding:.2rem .8rem .2rem 0;color:var(--soft);font-size:.86rem;align-self:center}
        .lane{display:grid;grid-template-columns:repeat(var(--moments),1fr);gap:.25rem 0;padding:.25rem 0;border-bottom:1px solid var(--line)}
        .moment{color:var(--soft);font-size:.75rem;padding-left:.3rem;border-left:1px solid var(--line);overflow:hidden;text-overflow:ellipsis}
        .bar{display:flex;gap:.45rem;align-items:flex-start;min-width:0;margin:0 .1rem;padding:.3rem .45rem;line-height:1.3;background:var(--bar);border:1px solid var(--edge);border-radius:.35rem;cursor:default}
        .bar span{min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .bar.open{border-right:0;border-style:dashed;border-top-right-radius:0;border-bottom-right-radius:0;background:linear-gradient(to right,var(--bar),transparent)}
        .bar.bad{background:var(--bad);border-color:var(--bad);color:#fff}
        .bar:is(:hover,:focus){outline:3px solid var(--ink);outline-offset:-1px}
        .abouts{display:grid;margin-top:.75rem}
        .abouts p{grid-area:1/1;margin:0;visibility:hidden}
        .abouts p.first{visibility:visible}
        .chart:has(.bar:is(:hover,:focus)) .abouts p.first{visibility:hidden}
        .legend{margin:.75rem 0 0;color:var(--soft);font-size:.86rem}
        .key{display:inline-block;width:1.6rem;height:.8rem;margin:0 .15rem 0 .5rem;vertical-align:-.05rem;background:var(--bar);border:1px solid var(--edge);border-radius:.2rem}
        .key:first-child{margin-left:0}
        .key.open{border-right:0;border-style:dashed;background:linear-gradient(to right,var(--bar),transparent)}
        .key.bad{background:var(--bad);border-color:var(--bad)}
        .order{padding:0;list-style:none}
        .order li{margin:.35rem 0}
        .order b,.abouts b{display:inline-block;min-width:1.5em;padding:0 .35em;line-height:1.4;text-align:center;background:var(--bar);border-radius:.3rem}
        .abouts .first b{background:var(--bad);color:#fff}
        summary{cursor:pointer;margin-top:2rem}
        @media (max-width:40rem){main{padding-top:1.25rem}.chart{padding:.75rem}.lines{grid-template-columns:minmax(calc(var(--moments)*2.6rem),1fr);row-gap:0}.who{position:static;padding:.5rem 0 0}.moment{padding-left:.15rem;font-size:.65rem}.bar{padding:.25rem .3rem;gap:.3rem}.bar span{white-space:normal;overflow-wrap:anywhere;font-size:.75em}}
        pre{overflow-x:auto;padding:.75rem;background:var(--card);border:1px solid var(--line);border-radius:.4rem}

        """;
}
