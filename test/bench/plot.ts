const [WIDTH, HEIGHT] = [640, 360];
const MARGIN = { left: 56, right: 150, top: 24, bottom: 44 };
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

/** Draws curves as an SVG. The horizontal axis is logarithmic; the vertical one begins at zero. */
export function plot(title: string, sizes: readonly number[], curves: readonly Curve[]): string {
  const [inner, tall] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
  const [least, most] = [Math.log10(sizes[0]!), Math.log10(sizes.at(-1)!)];
  const top = Math.max(...curves.flatMap(({ values }) => values)) * 1.1;
  const x = (size: number): number => MARGIN.left + ((Math.log10(size) - least) / (most - least)) * inner;
  const y = (value: number): number => MARGIN.top + tall - (value / top) * tall;
  const text = (at: [number, number], label: string, more = ''): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${label}</text>`;
  const gridLines = [0, 0.25, 0.5, 0.75, 1].map((part) => part * top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text([MARGIN.left, 15], title, 'font-weight="bold"'),
    ...gridLines.flatMap((value) => [
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>`,
      text([MARGIN.left - 6, y(value) + 4], value.toFixed(1), 'text-anchor="end"'),
    ]),
    ...sizes.map((size) => text([x(size), HEIGHT - 24], size.toLocaleString('en'), 'text-anchor="middle"')),
    text([MARGIN.left + inner / 2, HEIGHT - 6], 'bookings in the database', 'text-anchor="middle"'),
    ...curves.flatMap(({ name, values }, index) => {
      const color = COLORS[index % COLORS.length]!;
      const points = values.map((value, at) => `${x(sizes[at]!).toFixed(1)},${y(value).toFixed(1)}`);
      return [
        `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
        ...points.map((point) => {
          const [cx, cy] = point.split(',');
          return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
        }),
        text([WIDTH - MARGIN.right + 10, MARGIN.top + 12 + index * 18], name, `fill="${color}"`),
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}
