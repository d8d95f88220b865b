/** Ordinary text of many kinds: a count of any of these is to be exact. */
export const ordinaryTexts = {
  English: "The keeper's log says it'll rain; nobody believed her, and they'd left their coats at HOME. ",
  'Chinese prose': '昨天下午，我在图书馆里遇见了一位多年不见的老朋友，我们聊了很久，一直到天黑才离开。',
  'Chinese without punctuation':
    '本公司将于下个季度开始在全国范围内逐步推广新的客户服务系统以便提高处理用户投诉与建议的效率和质量并降低成本',
  'Japanese without punctuation':
    '昨日の会議で決まった来年度の予算案について各部署の責任者から提出された意見をまとめた資料を作成しておいてください',
  Korean: '서버가응답하지않을때에는잠시후에다시시도해주시기바랍니다. 감사합니다! ',
  German: 'Die Donaudampfschifffahrtsgesellschaftskapitänsmütze und das Rindfleischetikettierungsüberwachungsgesetz. ',
  Russian: 'Съешь же ещё этих мягких французских булок, да выпей чаю. ',
  Arabic: 'السَّلامُ عَلَيْكُمْ، كيف يمكنني مساعدتك اليوم؟ ',
  Hindi: 'कृपया अपना प्रश्न विस्तार से लिखिए। ',
  Thai: 'กรุณาตรวจสอบการเชื่อมต่ออินเทอร์เน็ตของท่านแล้วลองใหม่อีกครั้งหนึ่งในภายหลัง ',
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈👍🏽 🇩🇪🇯🇵 ❤️‍🔥',
  'a URL': 'https://example.org/a/b-c/%E4%B8%AD?utm_source=newsletter&id=550e8400-e29b-41d4-a716-446655440000#top ',
  base64:
    'eyJhbGciOiJSUzI1NiIsImtpZCI6Ik1uQ19WWmNBVGZNNXBPWWlKSE1iYTlnb0VLWSJ9AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/== ',
  hex: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855d41d8cd98f00b204e9800998ecf8427e ',
  'source code':
    'export const total = (rows: Row[]) =>\n  rows.reduce((sum, { price }) => sum + (price ?? 0), 0);\r\n\t// ok\n',
  'a table': `|${'-'.repeat(78)}|\n${'='.repeat(120)}\n| id | name |\n+----+------+\n`,
  'an indentation of 100 spaces': `if (x) {\n${' '.repeat(100)}return;\n}\n\n\n`,
  'names of special tokens': '<|endoftext|> is text, and so are <|im_start|> and <|endofprompt|>',
  'a byte order mark': '\uFEFFusing System;\uFEFF\uFEFFx',
  'lone surrogates': 'a\uD83Db\uDE00c \uD83D\uD83D',
};

const hanCharacters = (length: number) =>
  Array.from({ length }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7919) % 20_000))).join('');

/** Fills `length` UTF-16 units with repetitions of a text. */
export const filled = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** Texts of 100,000 UTF-16 units that are slow in other tokenisers, or meant to be in this one. */
export const hostileTexts = {
  'one letter': filled('a', 100_000),
  'one capital letter': filled('A', 100_000),
  'one Chinese character': filled('汉', 100_000),
  'different Chinese characters': hanCharacters(100_000),
  'spaces, then a letter': `${filled(' ', 99_999)}x`,
  'combining accents': filled('\u0301', 100_000),
  'joined emoji': filled('👩‍👩‍👧‍👦', 100_000),
  'lone surrogates': filled('\uD83D', 100_000),
  'one special token': filled('<|endoftext|>', 100_000),
  'pieces of one character': filled('汉1', 100_000),
  'runs of letters, each just counted exactly': filled(`${'a'.repeat(4095)}1`, 100_000),
  'runs of spaces, each just counted exactly': filled(`${' '.repeat(4095)}x`, 100_000),
  'Chinese characters, each run just counted exactly': filled(`${hanCharacters(1365)}1`, 100_000),
  'Chinese words, each run just counted exactly': filled(`${filled('公司服务系统质量图书馆', 1365)}1`, 100_000),
  'Thai words, each run just counted exactly': filled(`${filled('สวัสดีการเชื่อมต่ออินเทอร์เน็ต', 1365)}1`, 100_000),
};
