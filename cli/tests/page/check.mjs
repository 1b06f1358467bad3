// Opens the pages of `easyauth serve` in Chromium, and checks each at two widths, light and dark:
// no violation of axe-core, no horizontal scroll, nothing requested from elsewhere, usable by keyboard
// and without JavaScript.
//
//   node check.mjs PROGRAM [CHROMIUM]
//
// With PICTURES=1, it also writes a picture of each page to the folder `pictures`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

const [program, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
if (!program) {
  console.error('usage: node check.mjs PROGRAM [CHROMIUM]');
  process.exit(64);
}
const WIDTHS = [320, 1280];
const SCHEMES = ['light', 'dark'];
const pictures = process.env.PICTURES ? new URL('pictures/', import.meta.url).pathname : null;
if (pictures) mkdirSync(pictures, { recursive: true });

const failures = [];
const expect = (isTrue, message) => {
  if (!isTrue) failures.push(message);
};

/** A service that answers with the headers it received, as a user would copy them. */
async function startService() {
  const service = createServer((request, response) => {
    const lines = [];
    for (let index = 0; index < request.rawHeaders.length; index += 2) {
      lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
    }
    response.end(lines.join('\n'));
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  return service;
}

/** Starts the program, and returns it with the address that it prints. */
async function startProgram(args) {
  const child = spawn(program, ['serve', '--listen', '0', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = line.match(/http:\/\/127\.0\.0\.1:\d+/);
    if (address) return { child, origin: address[0] };
  }
  throw new Error('the program printed no address');
}

/** Fills in the form by keyboard, and sends it. */
async function ask(page, { input, api = '', scope = '' }) {
  await page.locator('#input').fill(input);
  await page.locator('#input').press('Tab');
  await page.keyboard.type(api);
  await page.keyboard.press('Tab');
  await page.keyboard.type(scope);
  await page.keyboard.press('Tab');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

async function check(page, name) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, help, nodes } of violations) {
    failures.push(`${name}: ${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  }
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content <= window, `${name}: ${content} px wide in a window of ${window} px`);
  for (const landmark of ['header', 'main', 'footer', 'h1']) {
    expect((await page.locator(landmark).count()) === 1, `${name}: expected one ${landmark}`);
  }
  if (pictures) await page.screenshot({ path: `${pictures}${name}.png`, fullPage: true });
}

/** Every element that takes input is reached with Tab, in order, and shows that it has the focus. */
async function checkKeyboard(page, name) {
  const selector = 'a, button, input:not([type=hidden]), textarea, summary, [tabindex="0"]';
  const all = await page.evaluate((selector) => {
    document.activeElement?.blur();
    globalThis.all = [...document.querySelectorAll(selector)];
    return globalThis.all.length;
  }, selector);
  await page.mouse.click(1, 1);
  for (let index = 0; index < all; index += 1) {
    await page.keyboard.press('Tab');
    const { at, outline } = await page.evaluate(() => ({
      at: globalThis.all.indexOf(document.activeElement),
      outline: getComputedStyle(document.activeElement).outlineStyle,
    }));
    expect(at === index, `${name}: Tab ${index + 1} of ${all} reaches element ${at + 1}`);
    expect(outline !== 'none', `${name}: element ${index + 1} does not show that it has the focus`);
  }
}

const service = await startService();
const alone = await startProgram([]);
const standIn = await startProgram(['--upstream', String(service.address().port)]);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
let checked = 0;
try {
  const requestOf = async (persona) => {
    const answer = await fetch(standIn.origin, { headers: { 'X-Stand-In-Persona': persona } });
    return answer.text();
  };
  const sessionOf = async (persona) => {
    const answer = await fetch(`${standIn.origin}/.auth/me`, {
      headers: { 'X-Stand-In-Persona': persona },
    });
    return (await answer.json())[0];
  };
  const sessions = JSON.stringify([await sessionOf('arm'), await sessionOf('github')]);
  const inspect = `${standIn.origin}/.stand-in/inspect`;
  const pages = [
    ['start', alone.origin, null],
    ['start-of-stand-in', inspect, null],
    ['graph-for-arm', alone.origin, { input: await requestOf('graph'), api: 'arm' }],
    ['arm-for-arm', inspect, { input: await requestOf('arm'), api: 'arm', scope: 'user_impersonation' }],
    ['expired', alone.origin, { input: await requestOf('expired'), api: 'arm' }],
    ['visitor', alone.origin, { input: await requestOf('visitor') }],
    ['agent', alone.origin, { input: await requestOf('agent'), api: 'graph' }],
    ['two-sessions', alone.origin, { input: sessions, api: 'arm' }],
    ['anonymous', alone.origin, { input: '[]' }],
    ['error-code', alone.origin, { input: 'AADSTS50011: The redirect URI does not match' }],
    ['unknown-input', alone.origin, { input: 'hello world' }],
    ['unknown-api', alone.origin, { input: '[]', api: 'gaph' }],
    ['sign-in', `${standIn.origin}/.auth/login/aad`, null],
    ['signed-out', `${standIn.origin}/.auth/logout/done`, null],
  ];
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      for (const [title, address, question] of pages) {
        const name = `${title}-${width}-${colorScheme}`;
        const page = await context.newPage();
        page.on('console', (message) => failures.push(`${name}: console: ${message.text()}`));
        page.on('request', (request) =>
          expect(request.url().startsWith(new URL(address).origin), `${name}: ${request.url()}`));
        await page.goto(address);
        if (question) await ask(page, question);
        await checkKeyboard(page, name);
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true;
        });
        await check(page, name);
        await page.close();
        checked += 1;
      }
      await context.close();
    }
  }
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(alone.origin);
  await ask(page, { input: await requestOf('graph'), api: 'arm' });
  expect((await page.title()) === 'Result - easyauth', 'without JavaScript: no result');
  expect((await page.locator('#input').inputValue()) === '', 'the input is shown again');
} finally {
  await browser.close();
  for (const { child } of [alone, standIn]) child.kill();
  service.close();
}
for (const failure of failures) console.error(failure);
console.log(`${checked} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && checked > 0 ? 0 : 1);
