import { generateKeyPairSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileTrouble, makingTrouble } from './file-trouble.js';

/** Makes and stores key pairs. */
export const keyFiles = { createRsaPair, writeNew, absolute: (path: string): string => resolve(path) };

/** A fresh RSA-2048 pair in PEM: PKCS#8 and SubjectPublicKeyInfo. */
function createRsaPair(): { readonly privatePem: string; readonly publicPem: string } {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privatePem: pair.privateKey, publicPem: pair.publicKey };
}

/**
 * Writes a new file with the given permissions, durable when it returns. An existing file is never changed: then the
 * result is `exists`. Throws an Error with the reason when the file cannot be written; then no part of it is left.
 */
function writeNew(path: string, text: string, mode: number): 'written' | 'exists' {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', mode);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return 'exists';
    throw new Error(makingTrouble(error, path));
  }
  try {
    fill(descriptor, text);
    flushDirectory(dirname(path));
  } catch (error) {
    rmSync(path, { force: true });
    throw new Error(fileTrouble(error, path));
  }
  return 'written';
}

function fill(descriptor: number, text: string): void {
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function flushDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
