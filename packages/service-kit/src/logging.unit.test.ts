import { describe, expect, it } from 'vitest';
import { createLogger, type Fields, forPeople } from './logging.ts';

function logged(log: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  log(createLogger({ service: 'replay', level: 'info', destination }));
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

describe('a log line', () => {
  it('has the message, the service, the level and the fields', () => {
    const [line] = logged((logger) => {
      logger.with({ topic: 'incident-created' }).warn('lagging', { offset: 12n, lagMs: 40 });
    });
    expect(line).toMatchObject({
      level: 'warn',
      service: 'replay',
      msg: 'lagging',
      topic: 'incident-created',
      offset: '12',
      lagMs: 40,
    });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('is left out when less severe than the level', () => {
    expect(logged((logger) => logger.debug('detail'))).toEqual([]);
  });

  it('has no room for a record, whatever the caller does', () => {
    const record = { caller: 'a name' };
    const [line] = logged((logger) => logger.info('read', { record } as Fields));
    expect(JSON.stringify(line)).not.toContain('a name');
  });

  it('has the name, code, message and cause of an error, and nothing else that is on it', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', request: 'a name' });
    const [line] = logged((logger) => {
      logger.error('no connection', { error: new Error('no broker', { cause }) });
    });
    expect(line?.['error']).toMatchObject({
      name: 'Error',
      message: 'no broker',
      cause: { code: 'ECONNREFUSED', message: 'refused' },
    });
    expect(JSON.stringify(line)).not.toContain('a name');
  });

  it('does not repeat what a parser quotes of its input', () => {
    const [line] = logged((logger) => {
      try {
        JSON.parse('{ "caller": a name }');
      } catch (error) {
        logger.error('unreadable', { error });
      }
    });
    expect(line?.['error']).toMatchObject({ name: 'SyntaxError' });
    expect(JSON.stringify(line)).not.toContain('a name');
  });

  it('is short for people', () => {
    const shown: string[] = [];
    const destination = forPeople({ write: (text) => shown.push(text) });
    const logger = createLogger({ service: 'replay', level: 'info', destination });
    logger.info('read', { count: 3 });
    expect(shown.join('')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}info {3}replay {2}read {2}count=3\n$/,
    );
  });
});
