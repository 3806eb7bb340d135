const ENTITIES: Record<string, string> = { '#x27': "'", amp: '&', lt: '<', gt: '>', quot: '"' };

/** The text that a reader of the HTML sees. */
export function visibleText(html: string): string {
  return oneLine(
    html
      .replace(/<(style|title)[^]*?<\/\1>/g, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/&(#x27|amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name]!),
  );
}

/** The text on one line. */
export function oneLine(text = ''): string {
  return text.replace(/\s+/g, ' ');
}
