import type { DocsFile } from './docs-files.js';

/** What a document says exists, for the spec to look up. */
export const mentioned = { links, commands, npmScripts, variables, files, namesInFiles, anchors };

/** Fenced blocks and `code spans`: what is meant to be typed. */
function codeOf(text: string): string[] {
  const fences = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map(([, body]) => body ?? '');
  const prose = text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, '');
  return [...fences, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, body]) => body ?? '')];
}

/** Targets of links and pictures that are not on the web. */
function links({ text }: DocsFile): string[] {
  const prose = text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The ids that a page's headings get on the usual forges. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

export interface CommandMention {
  readonly name: string;
  readonly words: readonly string[];
  readonly options: readonly string[];
}

/** `tillbox NAME words --options`, up to the end of the line or of the shell command. */
function commands({ text }: DocsFile): CommandMention[] {
  return codeOf(text).flatMap((body) =>
    [
      ...body.matchAll(
        /(?:^|[\s(])(?:tillbox|npm run tillbox --|npm run --silent tillbox --) ([a-z][a-z-]*)([^\n|;&)]*)/g,
      ),
    ].map(([, name = '', rest = '']) => {
      const parts = rest.split(/\s+/);
      return {
        name,
        words: parts.filter((part) => /^[a-z]+$/.test(part)).slice(0, 1),
        options: [...rest.matchAll(/--([a-z-]+)/g)].map(([, option]) => option ?? ''),
      };
    }),
  );
}

function npmScripts({ text }: DocsFile): string[] {
  return codeOf(text).flatMap((body) => [
    ...[...body.matchAll(/\bnpm run (?:--silent )?([a-z:-]+)/g)].map(([, name]) => name ?? ''),
    ...[...body.matchAll(/\bnpm (start|test)\b/g)].map(([, name]) => name ?? ''),
  ]);
}

/** `NAME=` in code: a variable that somebody may set. */
function variables({ text }: DocsFile): string[] {
  return codeOf(text).flatMap((body) =>
    [...body.matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|TZ|LOCALE|SCANNER|KEYPAD|PRINTER|PANEL|VEND)=/g)].map(
      ([, name]) => name ?? '',
    ),
  );
}

/** Files and folders of the house, by their path from its root: `flows/step.ts`, `hw-sim/devices`. */
function files({ text }: DocsFile): string[] {
  return codeOf(text).flatMap((body) => [...body.matchAll(HOUSE_PATH)].map(([, path]) => path ?? ''));
}

const HOUSE_PATH =
  /(?<![\w./-])((?:flows|drivers|firmware|hw-sim|test|deploy|docs|\.github|\.ci)(?:\/[\w.-]+)+)(?![\w*{]|\/[\w*{])/g;

/** "`name` in `path/file.ts`": a function or a constant, and where it is said to be. */
function namesInFiles({ text }: DocsFile): { readonly name: string; readonly path: string }[] {
  return [...text.matchAll(/`(\w+)`\s+in\s+`((?:[\w-]+\/)+[\w-]+\.m?[jt]s)`/g)].map(([, name = '', path = '']) => ({
    name,
    path,
  }));
}
