import { writeFileSync } from 'node:fs';
import { ROOT, readDocsFiles } from './docs-files.js';
import { fillGenerated } from './fill-generated.js';
import { generatedParts } from './generated-parts.js';

/* `npm run docs`: writes the generated parts of the documents anew. */
for (const { path, text } of readDocsFiles()) {
  const filled = fillGenerated(text, generatedParts);
  if (filled === text) continue;
  writeFileSync(`${ROOT}${path}`, filled);
  console.log(`written: ${path}`);
}
