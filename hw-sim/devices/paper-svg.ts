import { columnsOf, FONT_DOTS, itemHeight, type PaperItem, type TextRun } from './paper.js';

const EDGE_DOTS = 24;

/**
 * A picture of a strip of paper, one unit a dot. Text uses any font of the viewer, with each run scaled to its exact width
 * on paper; barcodes and pictures are dot for dot.
 */
export function paperSvg(strip: readonly PaperItem[], widthDots: number): string {
  const height = strip.reduce((sum, item) => sum + itemHeight(item), 0);
  const parts: string[] = [];
  let top = EDGE_DOTS;
  for (const item of strip) {
    parts.push(...itemSvg(item, top));
    top += itemHeight(item);
  }
  const [fullWidth, fullHeight] = [widthDots + 2 * EDGE_DOTS, height + 2 * EDGE_DOTS];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${fullHeight}" viewBox="${-EDGE_DOTS} 0 ${fullWidth} ${fullHeight}" font-family="monospace">`,
    `<title>A strip of receipt paper, ${widthDots} dots wide</title>`,
    `<rect x="${-EDGE_DOTS}" width="${fullWidth}" height="${fullHeight}" fill="#fffdf6"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function itemSvg(item: PaperItem, top: number): string[] {
  switch (item.kind) {
    case 'feed':
      return [];
    case 'textLine':
      return item.runs.flatMap((run) => segmentsOf(run).map((segment) => textSvg(segment, top + item.heightDots)));
    case 'barcode':
      return [
        pathSvg(
          runsOf(item.modules).map(([from, length]) =>
            boxPath(item.leftDots + from * item.moduleDots, top, length * item.moduleDots, item.heightDots),
          ),
        ),
      ];
    case 'raster':
      return [pathSvg(rasterBoxes(item, top))];
  }
}

/** Separates half-width from full-width characters, so that a viewer's font cannot shift what follows. */
function segmentsOf(run: TextRun): TextRun[] {
  let leftDots = run.leftDots;
  return (run.text.match(/[ -~]+|[^ -~]+/g) ?? []).map((text) => {
    const segment = { ...run, text, leftDots };
    leftDots +=
      [...text].reduce((sum, one) => sum + columnsOf(one, run.narrow), 0) * FONT_DOTS.width * (run.wide ? 2 : 1);
    return segment;
  });
}

function textSvg(run: TextRun, bottom: number): string {
  const scaleX = run.wide ? 2 : 1;
  const scaleY = run.tall ? 2 : 1;
  let columns = 0;
  for (const character of run.text) columns += columnsOf(character, run.narrow);
  const length = columns * FONT_DOTS.width;
  const baseline = bottom - 5 * scaleY;
  const size = columns > run.text.length ? FONT_DOTS.height : FONT_DOTS.height - 4;
  const weight = run.bold ? ' font-weight="bold"' : '';
  return `<text transform="translate(${run.leftDots} ${baseline}) scale(${scaleX} ${scaleY})" font-size="${size}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"${weight}>${escapeXml(run.text)}</text>`;
}

/** Equal rows below each other become one box. */
function rasterBoxes(item: Extract<PaperItem, { kind: 'raster' }>, top: number): string[] {
  const boxes: string[] = [];
  let from = 0;
  while (from < item.rows) {
    const row = item.data.slice(from * item.rowBytes, (from + 1) * item.rowBytes);
    let to = from + 1;
    while (to < item.rows && row.every((byte, at) => item.data[to * item.rowBytes + at] === byte)) to += 1;
    const dots = row.flatMap((byte) => Array.from({ length: 8 }, (_, bit) => ((byte >> (7 - bit)) & 1) === 1));
    for (const [x, length] of runsOf(dots)) boxes.push(boxPath(item.leftDots + x, top + from, length, to - from));
    from = to;
  }
  return boxes;
}

function runsOf(dots: readonly boolean[]): [from: number, length: number][] {
  const runs: [number, number][] = [];
  let from = -1;
  for (let at = 0; at <= dots.length; at += 1) {
    if (dots[at] === true) {
      if (from < 0) from = at;
    } else if (from >= 0) {
      runs.push([from, at - from]);
      from = -1;
    }
  }
  return runs;
}

function boxPath(x: number, y: number, width: number, height: number): string {
  return `M${x} ${y}h${width}v${height}h${-width}z`;
}

function pathSvg(boxes: readonly string[]): string {
  return `<path d="${boxes.join('')}"/>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
