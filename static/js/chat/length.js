/** What the server leaves out of a message and how it counts the rest; `app/chat/text.py` has the same rules. */
const LINE_END = /\r\n|[\r\v\f\x85\u2028\u2029]/g;
const UNSEEN = /[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufeff\u{d800}-\u{dfff}]/gu;
const MANY_MARKS = /(\p{M}{30})\p{M}+/gu;
const BLANK = /^[\s\p{Cf}\p{Mn}\p{Me}\u115f\u1160\u2800\u3164\uffa0]*$/u;

export function normalise(text) {
  const plain = text.replace(LINE_END, '\n').replaceAll('\t', ' ').replace(UNSEEN, '');
  return plain.replace(MANY_MARKS, '$1').normalize('NFC').trim();
}

/** Characters as people count them least badly: code points, so that a browser's halves of an emoji are one. */
export const countCharacters = (text) => [...normalise(text)].length;

export const isBlank = (text) => BLANK.test(normalise(text));
