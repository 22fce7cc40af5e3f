import { writeFileSync } from 'node:fs';
import { readStories } from './read-stories.js';
import { traceStory } from './trace-story.js';

/* `npm run traces`: writes into the stories what the terminal does now. Read the difference before you commit it. */
for (const { path, text } of readStories()) {
  const traced = traceStory(text);
  if (traced === text) continue;
  writeFileSync(path, traced);
  console.log(`written: ${path}`);
}
