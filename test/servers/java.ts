import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** No Java of the wanted version was found; the message says where was looked and what to do. */
export class JavaNotFound extends Error {
  override readonly name = 'JavaNotFound';
}

interface Java {
  readonly command: string;
  readonly major: number;
}

let found: Promise<readonly Java[]> | undefined;

/**
 * The command of an installed Java of at least this major version: the first that fits of JAVA_HOME,
 * the PATH and the folders where JVMs are usually installed. Each candidate is asked for its version,
 * since a folder's name promises nothing.
 *
 * @throws {JavaNotFound} when none fits.
 */
export async function findJava(atLeast: number): Promise<string> {
  found ??= installedJavas();
  const javas = await found;
  const fit = javas.find(({ major }) => major >= atLeast);
  if (fit) return fit.command;
  const seen = javas.map(({ command, major }) => `${command} is ${major}`).join(', ') || 'none';
  throw new JavaNotFound(
    `Needs Java ${atLeast} or later; looked at JAVA_HOME, the PATH and the usual JVM folders and found ${seen}. Install a JDK ${atLeast} or set JAVA_HOME to one.`,
  );
}

/**
 * Reads the major version from what `java -version` prints.
 *
 * @returns the major version (8 for `1.8.0_292`), or undefined when the text names none.
 */
export function majorVersion(printed: string): number | undefined {
  const version = /version "(?:1\.)?(\d+)/.exec(printed)?.[1];
  return version === undefined ? undefined : Number(version);
}

async function installedJavas(): Promise<readonly Java[]> {
  const { JAVA_HOME: home } = process.env;
  const homes = [
    ...(home ? [home] : []),
    ...(await children('/usr/lib/jvm')),
    ...(await children('/usr/java')),
    ...(await children('/opt/java')),
    ...(await children(join(homedir(), '.sdkman/candidates/java'))),
    ...(await children(join(homedir(), '.jdks'))),
    ...(await children('/Library/Java/JavaVirtualMachines')).map((jdk) =>
      join(jdk, 'Contents/Home'),
    ),
  ];
  const commands = homes.map((candidate) => join(candidate, 'bin/java'));
  commands.splice(home ? 1 : 0, 0, 'java');
  const javas = await Promise.all(commands.map(askVersion));
  return javas.filter((java) => java !== undefined);
}

async function children(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.sort().map((name) => join(directory, name));
  } catch {
    return [];
  }
}

async function askVersion(command: string): Promise<Java | undefined> {
  try {
    const { stderr, stdout } = await run(command, ['-version'], { timeout: 20_000 });
    const major = majorVersion(`${stderr}${stdout}`);
    return major === undefined ? undefined : { command, major };
  } catch {
    return undefined;
  }
}
