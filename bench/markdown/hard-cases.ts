/** What is hard to show right, and what then has to be in the page: an expression of `answer`, the element it is in. */
export const hardCases: Record<string, { text: string; holds: string }> = {
  'reference link': {
    text: 'See [a][1].\n\n- b\n\n[1]: https://e.example/x',
    holds: `answer.querySelector('a')?.getAttribute('href') === 'https://e.example/x'`,
  },
  footnote: {
    text: 'A claim.[^n]\n\n[^n]: Its source.',
    holds: `answer.textContent.includes('Its source.') && !answer.textContent.includes('[^n]')
      && [...answer.querySelectorAll('a')].filter((a) => document.getElementById(a.hash.slice(1))).length === 2`,
  },
  'footnotes of two answers': {
    text: 'A claim.[^n]\n\n[^n]: Its source.',
    holds: `new Set([...document.querySelectorAll('[id]')].map(({ id }) => id)).size
      === document.querySelectorAll('[id]').length`,
  },
  'nested lists': {
    text: '- a\n  - b\n    - c\n\n      d',
    holds: `answer.querySelector('ul ul ul')?.textContent.includes('d')`,
  },
  'task list with names': {
    text: '- [x] a\n- [ ] b',
    holds: `answer.querySelectorAll('input').length === 2
      && [...answer.querySelectorAll('input')].every((box) => box.labels?.length || box.ariaLabel)`,
  },
  'table with pipes in code': {
    text: '| a | b |\n|---|---|\n| `x \\| y` | 2 |',
    holds: `answer.querySelector('td')?.textContent === 'x | y'`,
  },
  entities: {
    text: 'AT&amp;T &copy; &mdash; &#x27; `&amp;`',
    holds: `answer.textContent.trim() === "AT&T © — ' &amp;"`,
  },
  autolinks: {
    text: 'https://e.example/a_b_(c). www.example.com',
    holds: `answer.querySelectorAll('a').length === 2 && answer.querySelector('a').textContent.endsWith('(c)')`,
  },
  'unclosed fence': {
    text: 'a\n\n```js\nconst b = `c`;\n\n- d',
    holds: `answer.querySelector('pre')?.textContent.includes('- d') && !answer.textContent.includes('\`\`\`')`,
  },
  'unclosed mark': { text: 'a **b', holds: `answer.textContent.includes('b')` },
  'emphasis in Chinese': {
    text: '**重要：**请看**“这里”**的',
    holds: `[...answer.querySelectorAll('strong, [data-streamdown=strong]')].length === 2`,
  },
  'hard breaks': { text: 'a  \nb\\\nc', holds: `answer.querySelectorAll('br').length === 2` },
  'HTML as text': {
    text: 'a <b>b</b>\n\n<div>\nc\n</div>',
    holds: `answer.textContent.includes('<b>b</b>') && answer.textContent.includes('<div>')`,
  },
  'no link that runs': {
    text: '[a](javascript:alert(1)) [b](JaVa&#115;cript:alert(1)) [c](data:text/html,x) [d](vbscript:x)',
    holds: `answer.textContent.includes('a') && answer.querySelectorAll('a[href]:not([href=""])').length === 0`,
  },
  'no picture is loaded': {
    text: '![a](https://e.example/a.png)',
    holds: `answer.querySelector('img') === null && answer.textContent.includes('a')`,
  },
};
