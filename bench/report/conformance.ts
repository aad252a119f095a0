/** What proxies make of RFC 10036, as a table of proxy × requirement, 80 columns wide. Pure: results and a painter in, lines out. */

import { isBreach, isOrdinary, type Outcome, type OutcomeWord } from '../conformance/outcome.ts';
import type { Passed } from '../conformance/passing-on.ts';
import { idOf, REQUIREMENTS, RFC, type Requirement } from '../conformance/requirements.ts';
import {
  isAnswered,
  type ConformanceResult,
  type RequirementResult,
  type SubjectResult,
} from '../conformance/result.ts';
import type { Results } from '../results.ts';
import { headLines } from './head.ts';
import { withheldLines } from './matrix.ts';
import { borderless } from './table.ts';
import { namesOf, WIDTH, wrap, type Paint } from './text.ts';

const MARKS: Record<OutcomeWord, { mark: string; means: string; style?: Parameters<Paint>[0] }> = {
  unaware: { mark: 'u', means: 'unaware: the same with and without the field' },
  'streams-anyway': { mark: 's', means: 'streams anyway: forwarded in both cases, so it cannot be told from unaware' },
  honours: { mark: 'h', means: 'honours it', style: 'green' },
  refuses: { mark: 'r', means: 'refuses rather than break it', style: 'yellow' },
  'refuses-wrongly': { mark: 'R', means: 'refuses in another way', style: 'red' },
  violates: { mark: 'X', means: 'violates it', style: 'red' },
  'not-asked': {
    mark: '.',
    means: 'not asked: it does not declare to refuse or limit, or refused nothing',
    style: 'dim',
  },
  untold: { mark: '?', means: 'could not be told', style: 'magenta' },
};

const PASSED: Record<Passed, { mark: string; means: string }> = {
  unchanged: { mark: '=', means: 'unchanged' },
  removed: { mark: '-', means: 'removed' },
  changed: { mark: '~', means: 'changed' },
  added: { mark: '+', means: 'one of its own' },
  unknown: { mark: '?', means: 'not seen' },
};

const WITHHELD = '!';
const LABEL_WIDTH = 28;
const CELL_WIDTH = 4;
const INDENT = '  ';

/** Response and request apart where they differ. */
function cell(result: RequirementResult | undefined, paint: Paint): string {
  if (result === undefined) return WITHHELD;
  const mark = ({ outcome }: Outcome): string => {
    const { mark: letter, style } = MARKS[outcome];
    return style === undefined ? letter : paint(style, letter);
  };
  const { response, request } = result;
  if (response === undefined || request === undefined || response.outcome === request.outcome) return mark(result);
  return `${mark(response)}/${mark(request)}`;
}

function row(subject: SubjectResult, asked: readonly Requirement[], paint: Paint): string {
  const table = borderless({ colWidths: [LABEL_WIDTH, ...asked.map(() => CELL_WIDTH), CELL_WIDTH] });
  const [variant = '', stream] = subject.id.split('?');
  const label = variant.slice(variant.indexOf('/') + 1);
  const fits = label.length + INDENT.length < LABEL_WIDTH;
  const { requirements = {}, passesOn, without } = subject;
  if (without !== undefined) return `${INDENT}${label}  ${without.verdict}`;
  const on = passesOn === undefined ? '' : `${PASSED[passesOn.response].mark}/${PASSED[passesOn.request].mark}`;
  table.push([fits ? INDENT + label : '', ...asked.map(({ id }) => cell(requirements[id], paint)), on]);
  const drawn = table.toString().trimEnd();
  return [
    ...(fits ? [drawn] : [INDENT + label, drawn]),
    ...(stream === undefined ? [] : [paint('dim', wrap(stream.replaceAll('&', ', '), WIDTH, INDENT.repeat(2)))]),
  ].join('\n');
}

function headRow(asked: readonly Requirement[]): string {
  const numbers = asked.map((requirement) => String(REQUIREMENTS.indexOf(requirement) + 1).padEnd(CELL_WIDTH));
  return `${' '.repeat(LABEL_WIDTH)}${numbers.join('')}on`;
}

function legend({ subjects }: ConformanceResult, asked: readonly Requirement[]): string[] {
  const seen = new Set(
    subjects
      .flatMap(({ requirements = {} }) => Object.values(requirements))
      .flatMap((told) => [told, told.response ?? told, told.request ?? told])
      .map(({ outcome }) => outcome),
  );
  const words = (Object.keys(MARKS) as OutcomeWord[]).filter((word) => seen.has(word));
  const passed = Object.values(PASSED).map(({ mark, means }) => `${mark} ${means}`);
  return [
    ...asked.map((one) => {
      const level = one.level === undefined ? '' : `, ${one.level}`;
      return `${REQUIREMENTS.indexOf(one) + 1} ${one.id} (section ${one.section}${level})`;
    }),
    ...words.map((word) => `${MARKS[word].mark} ${MARKS[word].means}`),
    'a/b: response a, request b; where there is one mark both are the same',
    `on: the field as it was passed on, response/request: ${passed.join(', ')}`,
  ];
}

function hopOf({ path }: SubjectResult): string {
  const [hop] = path;
  return hop === undefined ? '' : `${hop.proxy} ${hop.version}`;
}

/** Variants of one program stand together: the same proxy, version and driver. */
function groupOf({ path: [hop], id }: SubjectResult): string {
  if (hop === undefined) return id.split('/')[0] ?? id;
  return `${hop.proxy} ${hop.version}  (${hop.driver}: ${hop.image ?? hop.source})`;
}

function tableLines({ subjects }: ConformanceResult, asked: readonly Requirement[], paint: Paint): string[] {
  const groups = [...Map.groupBy(subjects, groupOf)].flatMap(([group, members]) => [
    paint('bold', wrap(group, WIDTH)),
    ...members.map((one) => row(one, asked, paint)),
  ]);
  return [headRow(asked), ...groups, ''];
}

/** What is more than ordinary, or not as expected, a line each. */
function findings(subject: SubjectResult, paint: Paint): string[] {
  const { id, requirements = {}, passesOn } = subject;
  const worthy = Object.entries(requirements).filter(
    ([, told]) => !told.asExpected || told.isNoise === true || !(isOrdinary(told) || told.outcome === 'untold'),
  );
  const otherwise = passesOn?.otherwise ?? [];
  if (worthy.length === 0 && otherwise.length === 0) return [];
  const lines = worthy.map(([name, told]) => {
    const surprise = told.asExpected ? '' : `NOT AS EXPECTED (${told.expected ?? 'unaware, or streams anyway'}): `;
    const { style } = MARKS[told.outcome];
    const word = told.outcome.replaceAll('-', ' ');
    const text = wrap(`${name}: ${surprise}${word}: ${told.because}`, WIDTH, INDENT);
    return style === undefined ? text : text.replace(` ${word}`, ` ${paint(style, word)}`);
  });
  const passing =
    otherwise.length === 0
      ? []
      : [wrap(`the field is passed on otherwise than ?1 is: ${otherwise.join(', ')}`, WIDTH, INDENT)];
  return [paint('bold', wrap(`${id}  (${hopOf(subject)})`, WIDTH)), ...lines, ...passing, ''];
}

function named(subjects: readonly SubjectResult[]): string {
  return [...new Set(subjects.map(hopOf))].join(', ');
}

/** Whether anything of it was changed by the field. */
function showsAwareness({ requirements = {} }: SubjectResult): boolean {
  return Object.values(requirements).some(
    (told) => told.outcome === 'honours' || told.outcome === 'refuses' || isBreach(told),
  );
}

/** What today's proxies do, in a sentence or two. */
function summary({ subjects }: ConformanceResult): string {
  const answered = subjects.filter(isAnswered);
  if (answered.length === 0) return 'Nothing could be told.';
  const aware = answered.filter(showsAwareness);
  const others = answered.filter((one) => !aware.some((other) => hopOf(other) === hopOf(one)));
  const known =
    aware.length === 0 ? 'None shows that it knows the field.' : `The field changes something at ${named(aware)}.`;
  const rest =
    others.length === 0
      ? ''
      : ` ${named(others)}: the same with and without it, which the RFC allows: whoever does not know the field goes on as ever.`;
  return known + rest;
}

function reasons(subjects: readonly SubjectResult[]): string[] {
  const missing = subjects.flatMap(({ without, ...subject }) => (without === undefined ? [] : [{ subject, without }]));
  return [...Map.groupBy(missing, ({ without }) => JSON.stringify(without)).values()].map((group) => {
    const without = group[0]?.without;
    const ids = namesOf(group.map(({ subject }) => subject));
    const bring = without?.bring === undefined ? '' : `. To have it: ${without.bring}`;
    const log = without?.log === undefined || without.log === '' ? '' : `\n${without.log}`;
    return `${without?.verdict}: ${ids}: ${without?.because}${bring}${log}`;
  });
}

function proofLines({ proofs }: Results['instrument']): string[] {
  return proofs.map(({ driver, relays }) => {
    const right = relays.filter(({ convicted }) => convicted).length;
    const ofSuite = relays.filter(({ measure }) => measure !== undefined);
    const said = ofSuite.map(({ id, verdict, convicted }) =>
      convicted && !verdict.startsWith('breaks') ? `${id} right` : `${id} ${verdict}`,
    );
    const suite = said.length === 0 ? '' : `, of the suite: ${said.join('; ')}`;
    return `Proof (${driver}): ${right} of ${relays.length} relays judged rightly${suite}.`;
  });
}

/** How many were asked, and whether what was found is what was expected. */
function totals({ subjects }: ConformanceResult, asked: readonly Requirement[]): string {
  const answered = subjects.filter(isAnswered);
  const wrong = answered
    .flatMap(({ requirements = {} }) => Object.values(requirements))
    .filter((one) => !one.asExpected);
  const agreement = wrong.length === 0 ? 'all is as expected' : `${wrong.length} NOT AS EXPECTED`;
  const [first] = asked;
  const explain = first === undefined ? '' : ` \`unclog explain ${idOf(first)}\` says what is sent for one.`;
  return `${answered.length} of ${subjects.length} variants asked; ${agreement}.${explain}`;
}

/** Table, legend and what is worth a sentence; nothing where nobody was asked. */
function body(suite: ConformanceResult, isWithheld: boolean, paint: Paint): string[] {
  if (suite.subjects.length === 0) return [];
  const asked = REQUIREMENTS.filter(({ id }) => suite.requirements.includes(id));
  return [
    ...tableLines(suite, asked, paint),
    ...legend(suite, asked).map((line) => paint('dim', wrap(line, WIDTH, INDENT))),
    ...(isWithheld ? [`${INDENT}${WITHHELD} withheld: not proven in this run`] : []),
    '',
    ...suite.subjects.flatMap((subject) => findings(subject, paint)),
    wrap(summary(suite), WIDTH),
    wrap(totals(suite, asked), WIDTH),
  ];
}

export function conformanceReport(results: Results, suite: ConformanceResult, where: string, paint: Paint): string {
  const { instrument } = results;
  const unsound = instrument.proofs.flatMap((proof) => proof.unsound ?? []);
  const withheld = withheldLines(instrument);
  const out = [
    ...headLines(results),
    'RFC 10036, Incremental Forwarding of HTTP Messages',
    RFC,
    '',
    ...(instrument.sound
      ? []
      : [wrap(`The instrument did not prove itself, so nothing was asked: ${unsound.join('; ')}`, WIDTH), '']),
    ...withheld.flatMap((line) => [paint('red', wrap(line, WIDTH)), '']),
    ...body(suite, withheld.length > 0, paint),
    ...[...reasons(suite.subjects), ...proofLines(instrument), `Evidence: ${where}`].map((line) => wrap(line, WIDTH)),
  ];
  return `${out.join('\n')}\n`;
}
