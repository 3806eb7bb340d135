import { Readable } from 'node:stream';
import type { Pages } from '../database/pages.js';
import { LONGEST_EXPORT_SECONDS } from './running-exports.js';

type Sections = readonly (readonly [name: string, pages: Pages])[];

/** Streams sections as JSON, as fast as the client reads them. Calls back when the stream has ended. */
export function streamOf(sections: Sections, onClose: () => void): Readable {
  const stream = Readable.from(jsonOf(sections));
  const tooSlow = (): unknown => stream.destroy(new Error('The client took too long to read its export'));
  const timer = setTimeout(tooSlow, LONGEST_EXPORT_SECONDS * 1000).unref();
  return stream.once('close', () => {
    clearTimeout(timer);
    onClose();
  });
}

/** Chunks of a JSON object with one array per section. */
async function* jsonOf(sections: Sections): AsyncGenerator<string> {
  let prefix = '{';
  for (const [name, pages] of sections) {
    yield `${prefix}${JSON.stringify(name)}:[`;
    let separator = '';
    for await (const rows of pages) {
      yield separator + rows.map((row) => JSON.stringify(row)).join(',');
      separator = ',';
    }
    yield ']';
    prefix = ',';
  }
  yield '}';
}
