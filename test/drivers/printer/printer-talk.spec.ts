import assert from 'node:assert/strict';
import { createPrinterTalk } from '../../../drivers/printer/printer-talk.js';
import { createScriptedPrinterLine, WELL } from '../../support/scripted-printer-line.js';

function bench() {
  const scripted = createScriptedPrinterLine();
  const heard: string[] = [];
  const talk = createPrinterTalk(scripted.line, () => heard.push('told'));
  const ask = (): void => {
    talk.query(() => heard.push('query'));
    talk.look(() => heard.push('look'));
    talk.online(() => heard.push('online'));
    talk.send(Uint8Array.of(1), () => heard.push('send'));
    talk.fence(() => heard.push('fence'));
    talk.wake(() => heard.push('wake'));
  };
  const answerAll = (): void => {
    const { answer } = scripted;
    answer.query(WELL);
    answer.query(WELL);
    answer.online(true);
    answer.send(true);
    answer.fence('printed');
    answer.wake('answered');
  };
  return { ...scripted, talk, heard, ask, answerAll };
}

describe('printer talk', () => {
  it('passes every answer on, and tells of a look before it is answered', () => {
    const { heard, ask, answerAll } = bench();
    ask();
    answerAll();
    assert.deepEqual(heard, ['query', 'told', 'look', 'online', 'send', 'fence', 'wake']);
  });

  const ends = { 'was broken off': 'breakOff', 'was abandoned': 'abandon' } as const;
  for (const [name, end] of Object.entries(ends)) {
    it(`hears nothing of a conversation that ${name}, and everything of the next`, () => {
      const { talk, heard, ask, answerAll } = bench();
      ask();
      const later = talk.here(() => heard.push('later'));
      talk[end]();
      answerAll();
      later(undefined);
      assert.deepEqual(heard, []);
      ask();
      answerAll();
      assert.equal(heard.length, 7);
    });
  }

  it('connects anew when it is abandoned, and only then', () => {
    const { talk, asked } = bench();
    talk.breakOff();
    assert.deepEqual(asked, []);
    talk.abandon();
    assert.deepEqual(asked, ['abandon']);
  });

  it('does not answer a look when the one who was told of it has ended the conversation', () => {
    const { line, answer } = createScriptedPrinterLine();
    const talk = createPrinterTalk(line, () => talk.breakOff());
    let answered = false;
    talk.look(() => {
      answered = true;
    });
    answer.query(WELL);
    assert.equal(answered, false);
  });
});
