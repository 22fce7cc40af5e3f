/**
 * `node deploy/make-code-cache.mjs TREE`: runs the program of a device's folder (deploy/make-device-tree.mjs) until it is ready and has
 * sold once, and keeps its compiled code beside it, for this version of Node on this processor. So it has to run on the device, or on
 * what is like it: where an image is built, as a step of the image. It needs only itself, `record-script.cjs` and TREE. The terminal
 * that it runs has ports on the loopback address, keys and data of its own, which are removed. Exit codes: 0 done, 1 failed, 64 usage.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';

const LIMIT_MS = 180_000;
const CLIENT_ID = 'CODE_CACHE';
/** The near end of a pseudo-terminal: a tty on which nobody answers, so that what opens ttys is in the code. */
const SILENT_TTY = '/dev/ptmx';

const [folder, ...more] = process.argv.slice(2);
if (folder === undefined || more.length > 0) stop('usage: node make-code-cache.mjs TREE', 64);
const tree = resolve(folder);
if (!existsSync(join(tree, 'program/start.cjs'))) stop(`${tree} is no device tree: it has no program/start.cjs`, 64);

const work = mkdtempSync(join(tmpdir(), 'tillbox-code-'));
let terminal;
process.once('exit', () => {
  terminal?.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});
let log = '';
setTimeout(
  () => stop(`the program was not ready, or has not sold, within ${LIMIT_MS / 1_000} s:\n${log}`),
  LIMIT_MS,
).unref();

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const acquirer = createServer(answer);
await listening(acquirer);
const apiPort = await freePort();
const code = await record();
acquirer.close();
acquirer.closeAllConnections();

const program = readFileSync(join(tree, 'program/tillbox.js'));
const checksums = Buffer.alloc(8);
checksums.writeUInt32LE(crc32(program), 0);
checksums.writeUInt32LE(crc32(code), 4);
const cache = join(tree, `program/tillbox-${process.version}-${process.arch}.cache`);
writeFileSync(cache, Buffer.concat([checksums, code]), { mode: 0o644 });
console.log(`${cache}: ${(code.length / 1e6).toFixed(1)} MB of compiled code`);

/** Runs a terminal and resolves with the code that it has compiled when it has sold. */
async function record() {
  const codeFile = join(work, 'code');
  terminal = spawn(join(tree, 'bin/tillbox'), ['run'], {
    env: {
      ...environment(),
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      NODE_OPTIONS: `--require "${fileURLToPath(new URL('record-script.cjs', import.meta.url))}"`,
      CODE_FILE: codeFile,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  terminal.stdout.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  terminal.once('exit', (status) => stop(`the program ended with ${status}:\n${log}`));
  await until(() => / INFO +ready/.test(log));
  if (process.env.NO_SALE === undefined) await sell();
  terminal.kill('SIGUSR2');
  await until(() => existsSync(codeFile));
  terminal.removeAllListeners('exit');
  terminal.kill('SIGTERM');
  await new Promise((ended) => terminal.once('exit', ended));
  return readFileSync(codeFile);
}

async function sell() {
  const api = `http://127.0.0.1:${apiPort}/v1/sales`;
  const post = async (url, body) => {
    const headers = { 'content-type': 'application/json' };
    const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!reply.ok) stop(`POST ${url}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  const { saleId } = await post(api, { orderId: 'code-1', amount: { currency: 'CNY', value: '100' } });
  await post(`${api}/${saleId}/code`, { code: '281012345678901234' });
  await until(async () => (await (await fetch(`${api}/${saleId}`)).json()).state === 'settled');
}

function environment() {
  mkdirSync(join(work, 'data'));
  const tty = existsSync(SILENT_TTY);
  return {
    TERMINAL_NUMBER: '1001',
    MERCHANT_ID: 'M1',
    MERCHANT_NAME: 'Code',
    MERCHANT_MCC: '5814',
    STORE_ID: 'S1',
    STORE_NAME: 'Cache',
    STORE_MCC: '5814',
    TZ: 'Asia/Shanghai',
    CLOCK_TRUST: 'always',
    ACQUIRER_URL: `http://127.0.0.1:${acquirer.address().port}`,
    ALIPAY_CLIENT_ID: CLIENT_ID,
    ALIPAY_PRIVATE_KEY: ours.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    ALIPAY_PUBLIC_KEY: theirs.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    DATA_DIR: join(work, 'data'),
    API_PORT: `${apiPort}`,
    ...(tty
      ? {
          SCANNER: 'serial',
          SCANNER_PORT: SILENT_TTY,
          PRINTER: 'escpos',
          PRINTER_PORT: '/dev/none',
          PRINTER_REQUIRED: 'false',
        }
      : {}),
  };
}

/** An acquirer that signs, knows no payment, and accepts each one. */
function answer(request, response) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { paymentRequestId, paymentAmount } = JSON.parse(Buffer.concat(chunks).toString());
    const paid = { paymentRequestId, paymentAmount, paymentId: '202611241940108001001687169I0000000001' };
    const body = JSON.stringify(
      request.url.endsWith('/pay')
        ? { result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success.' }, ...paid }
        : { result: { resultStatus: 'F', resultCode: 'ORDER_NOT_EXIST', resultMessage: 'no such order' } },
    );
    const time = new Date().toISOString().replace(/\.\d+Z/, '+00:00');
    const content = `POST ${request.url}\n${CLIENT_ID}.${time}.${body}`;
    const signature = encodeURIComponent(sign('sha256', Buffer.from(content), theirs.privateKey).toString('base64'));
    response.writeHead(200, {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': CLIENT_ID,
      'response-time': time,
      signature: `algorithm=RSA256,keyVersion=1,signature=${signature}`,
    });
    response.end(body);
  });
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

async function freePort() {
  const server = createServer();
  await listening(server);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(happened) {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function stop(message, code = 1) {
  console.error(message);
  process.exit(code);
}
