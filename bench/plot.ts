/** What is plotted of a contender. */
export interface Cost {
  messages: number;
  app: string;
  /** Milliseconds of CPU a turn. */
  cpuMs: number;
}

const LABEL = 130;
const BARS = 480;
const LINE = 26;

/** A bar chart in SVG of what a turn costs, a group for each length of a history; it follows the reader's light or dark. */
export function plotOf(costs: readonly Cost[], ours: string): string {
  const most = Math.max(...costs.map(({ cpuMs }) => cpuMs));
  const lines = costs.flatMap(({ messages, app, cpuMs }, index) => [
    ...(costs[index - 1]?.messages === messages ? [] : [headingOf(messages)]),
    (y: number) => {
      const width = ((cpuMs / most) * BARS).toFixed(1);
      return [
        `<text x="${LABEL - 10}" y="${y + 15}" text-anchor="end"${app === ours ? ' class="ours"' : ''}>${app}</text>`,
        `<rect x="${LABEL}" y="${y + 1}" width="${width}" height="20" rx="3"${app === ours ? ' class="ours"' : ''}/>`,
        `<text x="${LABEL + Number(width) + 8}" y="${y + 15}">${cpuMs.toFixed(2)}</text>`,
      ].join('\n');
    },
  ]);
  const height = lines.length * LINE + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LABEL + BARS + 60} ${height}" role="img" aria-labelledby="title">
<title id="title">CPU milliseconds that a streamed turn costs; fewer is better</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
text.heading { fill: #59636e }
text.ours { font-weight: 600 }
rect { fill: #afb8c1 }
rect.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
text.heading { fill: #9198a1 }
rect { fill: #59636e }
rect.ours { fill: #4493f8 }
}
</style>
${lines.map((line, index) => line(6 + index * LINE)).join('\n')}
</svg>
`;
}

function headingOf(messages: number) {
  const text = `CPU ms of a streamed turn, ${messages.toLocaleString('en')} messages in its session`;
  return (y: number) => `<text x="${LABEL}" y="${y + 17}" class="heading">${text}</text>`;
}
