/** What holds for every declaration and config of proxy-configs/, whoever adds one. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadCatalogue, type Lane, type Variant } from '../../../bench/catalogue/catalogue.ts';
import { imageKeys } from '../../../bench/drivers/images.ts';
import { isPackaged, lockFiles, pinnedVersion } from '../../../bench/drivers/packages.ts';
import { byVersion, isKnownRelease } from '../../../bench/drivers/version.ts';
import { laneStream } from '../../../bench/lane.ts';
import { MEASURES } from '../../../bench/measures/measures.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';
import { LOCK_STEP } from '../../../server/workload.ts';
import { runningOrigin } from '../../server/running-origin.ts';

const { proxies, lanes, chains } = await loadCatalogue();
const variants = [...new Map(lanes.map(({ variant }) => [variant.id, variant])).values()];
const SLUG = /^[a-z\d]+(-[a-z\d]+)*$/;
/** Files of several proxies: a certificate and its key. */
const SHARED = 'shared';
const VERSION = /^\d+(\.\d+)*(\.post\d+)?$/;

function folderOf(proxy: string): string {
  return join(PACKAGE_ROOT, 'proxy-configs', proxy);
}

/** A config without its comments, those of a line and those between marks, and without white space. */
function bare(text: string): string {
  return text
    .replaceAll(/\/\*.*?\*\//gs, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)(#|\/\/).*$/, ''))
    .join('')
    .replaceAll(/\s/g, '');
}

function textOf({ files }: Variant): string {
  return Object.values(files)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

/** Of GitHub: a repository, an issue, a pull request, a discussion, a release, a wiki, or a file at a ref that stays. */
const ON_GITHUB =
  /^\/[\w.-]+\/[\w.-]+(\/((issues|pull|discussions)\/\d+|(blob|tree)\/[^/]+(\/\S+)?|releases(\/tag\/\S+)?|wiki(\/\S+)?|commit\/[\da-f]{7,40}))?\/?$/;

/** What no reader could follow; `undefined` where nothing is wrong with it. */
function faultOfAddress(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' || /\s|[<>"]/.test(address)) return `${address} is no https address`;
  if (!/^([a-z\d-]+\.)+[a-z]{2,}$/.test(url.hostname) || url.port !== '') return `${address} is not on the web`;
  if (url.hostname === 'github.com' && !ON_GITHUB.test(url.pathname)) return `${address} is nothing on GitHub`;
  return undefined;
}

/** Rules that other measures tell than delivery: with either setting the words come through. */
const TOLD_BY_MEASURES = new Set<string>([...MEASURES.map(({ id }) => id), 'timeouts', 'cache']);
/** Of the two polarities of a tag one alone is meant. */
const OF_ONE_POLARITY = new Set(['refused', 'no-effect']);

describe('the catalogue', () => {
  it('holds every folder of proxy-configs/', () => {
    const folders = readdirSync(join(PACKAGE_ROOT, 'proxy-configs'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .filter((name) => name !== SHARED);
    expect(proxies.map(({ id }) => id).toSorted()).toEqual(folders.toSorted());
    expect(lanes.length).toBeGreaterThan(0);
  });

  it('gives every lane an id of its own', () => {
    const ids = lanes.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('has both polarities of each tag: a setting that clogs, and one that streams', () => {
    const tagged = lanes.flatMap(({ variant, expected }) => (variant.tags ?? []).map((tag) => ({ tag, expected })));
    const lacking = [...Map.groupBy(tagged, ({ tag }) => tag)].filter(([tag, members]) => {
      const streaming = members.filter(({ expected }) => expected === 'streams').length;
      const lacksOne = streaming === 0 || (streaming === members.length && !TOLD_BY_MEASURES.has(tag));
      return lacksOne && !OF_ONE_POLARITY.has(tag);
    });
    expect(lacking.map(([tag]) => tag)).toEqual([]);
  });

  it('has something that is freed by each setting tagged as a fix', () => {
    const proofs = [...lanes, ...chains].flatMap(({ fixes = [], earlier }: Pick<Lane, 'fixes' | 'earlier'>) => [
      ...fixes,
      ...(earlier ?? []).flatMap((then) => then.fixes ?? []),
    ]);
    const proving = new Set(
      proofs.flatMap(({ provenBy }) => [
        provenBy.split('?')[0],
        ...(chains.find(({ id }) => id === provenBy)?.path.map(({ id }) => id) ?? []),
      ]),
    );
    // What it frees is told by a measure, and by no lane's verdict, where it is tagged with one.
    const ofDelivery = variants.filter(({ tags = [] }) => !tags.some((tag) => TOLD_BY_MEASURES.has(tag)));
    const freeing = ofDelivery.filter(({ tags = [] }) => tags.includes('fix')).map(({ id }) => id);
    expect(freeing.filter((id) => !proving.has(id))).toEqual([]);
  });

  it.each(['chunk', 'first'] as const)('proves no fix by words of another size (%s)', (dimension) => {
    const sizes = new Map(lanes.map(({ id, vary }) => [id, vary?.[dimension]]));
    const others = lanes.flatMap(({ id, vary, fixes = [], earlier }) =>
      [...fixes, ...(earlier ?? []).flatMap((then) => then.fixes ?? [])]
        .filter(({ provenBy }) => sizes.get(provenBy) !== vary?.[dimension])
        .map(({ change }) => `${id}: ${change}`),
    );
    expect(others).toEqual([]);
  });

  it('says a change as one writes it, and not as a sentence', () => {
    const changes = [...lanes, ...chains].flatMap(({ fixes = [] }) => fixes.map(({ change }) => change));
    expect(changes.filter((change) => change.endsWith('.'))).toEqual([]);
  });

  it('gives every lane an id that needs no quotes for its spaces', () => {
    expect(lanes.filter(({ id }) => /\s/.test(id))).toEqual([]);
  });
});

describe.each(proxies)('$id', (declaration) => {
  const { id, home, version, variants: declared, native, docker, files = {} } = declaration;

  it('has slugs, each once', () => {
    expect(id).toMatch(SLUG);
    const ids = declared.map((variant) => variant.id);
    for (const slug of ids) expect(slug).toMatch(SLUG);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has files that exist, and none that no variant uses', () => {
    const pins = native?.packages === undefined ? [] : lockFiles(native.packages);
    const used = [
      ...pins,
      ...Object.values(files),
      ...declared.flatMap((variant) => Object.values<string>(variant.files)),
    ];
    // A long declaration may be split by theme.
    const there = readdirSync(folderOf(id)).filter((name) => !name.endsWith('.ts'));
    const own = [...new Set(used)].filter((name) => !name.startsWith(`../${SHARED}/`));
    expect(there.toSorted()).toEqual(own.toSorted());
  });

  it('has no two configs that are the same but for their comments', () => {
    const seen = new Map<string, string>();
    for (const variant of variants.filter(({ proxy }) => proxy.id === id)) {
      const config = bare(textOf(variant));
      expect(`${variant.id} is ${seen.get(config) ?? 'itself'}`).toBe(`${variant.id} is itself`);
      seen.set(config, variant.id);
    }
  });

  it('has a home and a way to say its version', () => {
    expect(home).toMatch(/^https:\/\//);
    expect(version?.pattern.flags ?? '').not.toContain('g');
    expect(version === undefined).toBe(native?.packages !== undefined && docker === undefined);
  });

  it.runIf(isPackaged(declaration))(
    'pins all of its packages, by hashes and for no registry in particular',
    async () => {
      if (!isPackaged(declaration)) return;
      const { packages, program } = declaration.native;
      expect(program).toBe(packages.from === 'npm' ? 'node' : 'python3');
      expect(await pinnedVersion(declaration)).toMatch(VERSION);
      const texts = lockFiles(packages).map((name) => readFileSync(join(folderOf(id), name), 'utf8'));
      // Where a package is fetched from is for each machine to say; addresses of homes and funds stand in a lock too.
      expect(texts.join('\n')).not.toMatch(packages.from === 'npm' ? /"resolved"/ : /https?:|--index-url/);
      const pins = texts.at(-1)?.match(packages.from === 'npm' ? /^    "node_modules\//gm : /^[\w.[\]-]+==/gm) ?? [];
      const hashed =
        texts
          .at(-1)
          ?.match(
            packages.from === 'npm'
              ? /"integrity": "sha512-/g
              : /^[\w.[\]-]+==.*(?:\\\n +--hash=sha256:[\da-f]{64} ?)+/gm,
          ) ?? [];
      expect(hashed.length).toBe(pins.length);
    },
  );

  it('can be run by a driver', () => {
    expect(native ?? docker).toBeDefined();
    for (const wheel of native?.wheels ?? []) {
      expect(wheel.version).toMatch(VERSION);
      expect(Object.keys(wheel.programs)).toContain('linux-x64');
      expect(wheel.hashes.length).toBeGreaterThan(0);
      for (const hash of wheel.hashes) expect(hash).toMatch(/^sha256:[\da-f]{64}$/);
    }
  });

  it('has wheels of each release once, the newest first', () => {
    const versions = (native?.wheels ?? []).map((wheel) => wheel.version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(versions).toEqual(versions.toSorted((a, b) => byVersion(b, a)));
  });

  it('knows the branches of its own releases', () => {
    const own = (native?.wheels ?? []).map((wheel) => wheel.version);
    expect(own.filter((release) => !isKnownRelease(declaration, release))).toEqual([]);
    expect(Object.values(version?.minors ?? {}).filter(([first, last]) => first > last)).toEqual([]);
  });

  it('has an image, and a place in it for every file', () => {
    const inContainers = docker === undefined ? [] : declared.filter(({ companion }) => companion === undefined);
    const roles = inContainers.flatMap((variant) => Object.keys({ ...files, ...variant.files }));
    const placed = Object.keys(docker?.paths ?? {});
    expect(roles.filter((role) => !placed.includes(role))).toEqual([]);
    expect(Object.values(docker?.paths ?? {}).filter((path) => !path.startsWith('/'))).toEqual([]);
    expect([...imageKeys(), undefined]).toContain(docker?.image);
    expect(docker?.entrypoint).not.toEqual([]);
  });
});

describe.each(variants)('$id', (variant) => {
  it('has its files', () => {
    const paths = Object.values(variant.files);
    expect(paths).not.toEqual([]);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('listens on 8080 and forwards to origin:3000', () => {
    const text = textOf(variant);
    expect(text).toMatch(/\b8080\b/);
    // Some configs must write host and port apart.
    expect(text).toMatch(/origin:3000|\borigin\b[^]*\b3000\b/);
  });

  it('that is a program reads both from its environment', () => {
    const inEnvironment = variant.proxy.native?.addresses === 'in-environment';
    const wanted = inEnvironment ? [/\bPORT\b.*\b8080\b/, /\bUPSTREAM\b.*http:\/\/origin:3000/] : [];
    expect(wanted.filter((words) => !words.test(textOf(variant)))).toEqual([]);
  });

  it('is not templated: nothing in it waits to be filled in', () => {
    const configs = Object.values(variant.files).filter((path) => !/\.m?js$/.test(path));
    expect(configs.filter((path) => /\$\{[A-Z_]+|\{\{|<%/.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('shows the change that it declares, word for word', () => {
    const text = textOf(variant).replaceAll(/\s+/g, ' ');
    const parts = variant.changes.split(/(?<=;) /);
    // What an expression does may be said in short; a directive stands in the config as it is.
    for (const part of parts.filter((directive) => directive.endsWith(';'))) expect(text).toContain(part);
  });

  it('that listens with TLS has a certificate and its key, and no other has', () => {
    const roles = Object.keys(variant.files).filter((role) => role === 'certificate' || role === 'key');
    expect(roles).toEqual(variant.listens === 'https' ? ['certificate', 'key'] : []);
  });

  it('says where it is documented, at https addresses', () => {
    expect(variant.docs).not.toEqual([]);
    expect(variant.docs.map(faultOfAddress).filter((fault) => fault !== undefined)).toEqual([]);
    expect(new Set(variant.docs).size).toBe(variant.docs.length);
  });

  it('says in which versions it exists in numbers', () => {
    const versions = [variant.since, variant.until].filter((version) => version !== undefined);
    expect(versions.filter((version) => !VERSION.test(version))).toEqual([]);
  });

  it('has a title and tags that are words', () => {
    expect(variant.title.trim()).not.toBe('');
    for (const tag of variant.tags ?? []) expect(tag).toMatch(SLUG);
  });
});

/** What is wrong with what is said to free a lane or chain; `undefined` where nothing is. */
function faultOfFixes(
  { expected, fixes = [], noFix }: { [part in 'expected' | 'fixes' | 'noFix']?: Lane[part] | undefined },
  proofs: readonly Pick<Lane, 'id' | 'expected'>[],
): string | undefined {
  const isSaid = fixes.length > 0 || noFix !== undefined;
  if (expected === 'streams') return isSaid ? 'it streams, and needs neither fix nor noFix' : undefined;
  if (!isSaid) return `it ${expected}: name a fix, or say in noFix why there is none`;
  if (fixes.length > 0 && noFix !== undefined) return 'it has fixes, and says in noFix that there is none';
  if (noFix !== undefined && !/^.{20,}\.$/s.test(noFix)) return `noFix is to be a sentence: ${noFix}`;
  const ids = fixes.map(({ provenBy }) => provenBy);
  if (new Set(ids).size < ids.length) return `two fixes are proven by the same lane: ${ids.join(', ')}`;
  for (const { change, provenBy } of fixes) {
    const proof = proofs.find(({ id }) => id === provenBy);
    if (change.trim() === '') return `the fix proven by ${provenBy} says no change`;
    if (proof?.expected !== 'streams')
      return `${provenBy} is to prove a fix: ${proof?.expected ?? 'there is no such lane'}`;
  }
  return undefined;
}

describe.each(lanes)('$id', ({ why, fixes, noFix, expected, earlier, patienceMs }) => {
  it('says why', () => {
    expect(why).toMatch(/^.{20,}\.$/s);
  });

  it('says what frees it, or why nothing does, where it does not stream and nowhere else', () => {
    expect(faultOfFixes({ expected, fixes, noFix }, lanes)).toBeUndefined();
    expect((earlier ?? []).map((then) => faultOfFixes(then, lanes))).toEqual((earlier ?? []).map(() => undefined));
  });

  it('needs patience for longer than the usual deadline only', () => {
    expect(patienceMs ?? Infinity).toBeGreaterThan(LOCK_STEP.deadlineMs - 500);
  });
});

function pem(name: string): string {
  return readFileSync(join(PACKAGE_ROOT, 'proxy-configs', SHARED, name), 'utf8');
}

describe('the certificate', () => {
  it('is for localhost and this key, and lasts', () => {
    const certificate = new X509Certificate(pem('certificate.pem'));
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkPrivateKey(createPrivateKey(pem('key.pem')))).toBe(true);
    expect(certificate.validToDate.getFullYear()).toBeGreaterThan(2100);
  });
});

describe.each(chains)('$id', ({ id, path, why, fixes, noFix, expected, guilty = [] }) => {
  it('is a slug, says why, and has hops', () => {
    expect(id).toMatch(/^chain\/[a-z\d]+(-[a-z\d]+)*$/);
    expect(why).toMatch(/^.{20,}\.$/s);
    expect(path.length).toBeGreaterThan(1);
  });

  it('has guilty hops where it does not stream, and names them by their place', () => {
    expect(guilty.length > 0).toBe(expected !== 'streams');
    expect(guilty.filter((hop) => hop < 1 || hop > path.length)).toEqual([]);
  });

  it('says what frees it, or why nothing does, where it does not stream and nowhere else', () => {
    expect(faultOfFixes({ expected, fixes, noFix }, chains)).toBeUndefined();
  });
});

describe('the workload of every lane', () => {
  it('is one that the origin takes', async () => {
    await using origin = await runningOrigin();
    for (const lane of [...lanes, ...chains]) {
      for (const pace of [LOCK_STEP, { mode: 'paced', intervalMs: 10 } as const]) {
        const workload = { ...laneStream(lane).workload, pace };
        const { status, body } = await origin.ask('POST', '/streams', workload);
        expect({ lane: lane.id, status, error: body.error }).toEqual({ lane: lane.id, status: 201, error: undefined });
      }
    }
  });
});
