/** Asks a proxy's own program whether it accepts a config: on this machine where the program is here, else in its image. */

import { execa } from 'execa';
import { ImageName } from 'testcontainers';

import type { Variant } from '../../../bench/catalogue/catalogue.ts';
import type { NativeProgram, ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import { DockerDriver } from '../../../bench/drivers/docker.ts';
import type { Driver, Stage } from '../../../bench/drivers/driver.ts';
import { engine, logOf, remove } from '../../../bench/drivers/container.ts';
import { SESSION_LABEL } from '../../../bench/drivers/docker-session.ts';
import { imageFor } from '../../../bench/drivers/images.ts';
import { findProgram, type Program } from '../../../bench/drivers/find-program.ts';
import { NativeDriver, prepare } from '../../../bench/drivers/native.ts';
import { ProxyError, UnavailableError } from '../../../bench/errors.ts';
import type { Session } from '../../../bench/session/session.ts';

/** `said` are the program's own words. */
export interface Answer {
  accepted: boolean;
  said: string;
}

export type Checker =
  | { how: 'asks'; by: string; version: string | undefined; check: (variant: Variant) => Promise<Answer> }
  | { how: 'none'; reason: string };

/** Nothing listens there: a checker only reads the config, in which names must resolve. */
const NOWHERE = { host: '127.0.0.1', port: 3000 };
const PORT = 8080;
const TIMEOUT_MS = 60_000;

/** The variant's files as a native run would find them, and the arguments that check them. */
async function placed(
  variant: Variant,
  program: Pick<Program, 'packages'>,
  native: NativeProgram,
  session: Session,
): Promise<{ dir: string; args: string[]; env: Record<string, string> }> {
  const dir = await session.folder(variant.id);
  const { files, env } = await prepare(variant, program, { dir, port: PORT, forwardTo: NOWHERE });
  return { dir, args: native.checkArgs?.({ dir, files }) ?? [], env: { ...native.env, ...env } };
}

function onThisMachine(
  program: Program,
  native: NativeProgram,
  session: Session,
): (variant: Variant) => Promise<Answer> {
  return async (variant) => {
    const { dir, args, env } = await placed(variant, program, native, session);
    const { exitCode, all, shortMessage } = await execa(program.path, args, {
      cwd: dir,
      env,
      reject: false,
      all: true,
      stdin: 'ignore',
      timeout: TIMEOUT_MS,
    });
    return { accepted: exitCode === 0, said: all === '' ? (shortMessage ?? '') : all };
  };
}

/** The folder is mounted at its own place, so that the arguments are the same. */
function inImage(
  image: string,
  proxy: ProxyDeclaration,
  native: NativeProgram,
  session: Session,
): (variant: Variant) => Promise<Answer> {
  return async (variant) => {
    const { dir, args } = await placed(variant, {}, native, session);
    const client = await engine();
    session.usesDocker();
    const container = await client.container.dockerode.createContainer({
      Image: image,
      Entrypoint: [proxy.docker?.entrypoint[0] ?? native.program, ...args],
      Cmd: [],
      WorkingDir: dir,
      HostConfig: { Binds: [`${dir}:${dir}`] },
      Labels: { [SESSION_LABEL]: session.id },
    });
    try {
      await container.start();
      const { StatusCode } = (await container.wait()) as { StatusCode: number };
      return { accepted: StatusCode === 0, said: await logOf(client, container.id, 15) };
    } finally {
      await remove(client, container.id);
    }
  };
}

/** A program that has no way to check a config is started with it: it accepts what it then serves. The origin ends with the session. */
function byStarting(driver: Driver): (variant: Variant) => Promise<Answer> {
  let opened: Promise<Stage> | undefined;
  return async (variant) => {
    opened ??= driver.open();
    const stage = await opened;
    try {
      await using hop = await stage.startHop(variant, undefined);
      return { accepted: hop.running(), said: 'it ended after it had answered' };
    } catch (error) {
      if (error instanceof ProxyError) return { accepted: false, said: `${error.message}\n${error.log}` };
      throw error;
    }
  };
}

const NONE = (reason: string): Checker => ({ how: 'none', reason });

/** @throws UnavailableError without an engine */
async function inContainer(proxy: ProxyDeclaration, session: Session): Promise<Checker> {
  const { native, docker } = proxy;
  if (docker === undefined) return NONE('it has no image to ask');
  const image = imageFor(docker.image);
  const client = await engine();
  if (!(await client.image.exists(ImageName.fromString(image)))) return NONE(`the image ${image} is not here`);
  if (native?.checkArgs !== undefined)
    return { how: 'asks', by: image, version: undefined, check: inImage(image, proxy, native, session) };
  const driver = new DockerDriver(session);
  const { version } = await driver.provide(proxy, undefined);
  return { how: 'asks', by: image, version, check: byStarting(driver) };
}

/** @throws UnavailableError where the program is not on this machine */
async function here(proxy: ProxyDeclaration, session: Session): Promise<Checker> {
  const program = await findProgram(proxy, undefined, { session });
  const { native } = proxy;
  const asks = native?.checkArgs !== undefined;
  const check = asks ? onThisMachine(program, native, session) : byStarting(new NativeDriver(session));
  return { how: 'asks', by: program.path, version: program.version, check };
}

export async function checkerOf(proxy: ProxyDeclaration, session: Session): Promise<Checker> {
  const reasons: string[] = [];
  for (const find of [here, inContainer]) {
    try {
      const checker = await find(proxy, session);
      if (checker.how === 'asks') return checker;
      reasons.push(checker.reason);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      reasons.push(error.message);
    }
  }
  return NONE(reasons.join('; '));
}
