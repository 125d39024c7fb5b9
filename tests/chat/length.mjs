import { readFileSync } from 'node:fs';

const [client, table] = process.argv.slice(2);
const { normalise, countCharacters, isBlank } = await import(client);
const cases = JSON.parse(readFileSync(table, 'utf8'));
console.log(JSON.stringify(cases.map(({ text }) => [normalise(text), countCharacters(text), isBlank(text)])));
