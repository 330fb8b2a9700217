// SPDX-License-Identifier: Apache-2.0
// The interactive prompt: libedit with the router's completion, `?` help and Ctrl-Z.
#include <histedit.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <iostream>

#include "userspace/tool/options.h"
#include "userspace/tool/pager.h"
#include "userspace/tool/render.h"
#include "userspace/tool/run.h"

namespace spa::tool {
namespace {

using control::RequestType;

struct Terminal {
  explicit Terminal(Client& to) : client(to) {}
  Client& client;
  std::string prompt;
  unsigned page = 0;  // lines of one
  control::Asking asking = control::Asking::kNothing;
  bool end_typed = false;  // Ctrl-Z or Ctrl-C
  bool lost = false;
  std::string lost_text;
};

Terminal& terminal_of(EditLine* editor) {
  void* data = nullptr;
  el_get(editor, EL_CLIENTDATA, &data);
  return *static_cast<Terminal*>(data);
}

char* prompt_of(EditLine* editor) {
  return terminal_of(editor).prompt.data();
}

std::string typed_so_far(EditLine* editor) {
  const LineInfo* info = el_line(editor);
  return {info->buffer, static_cast<std::size_t>(info->cursor - info->buffer)};
}

std::string common_beginning(const std::vector<control::Choice>& choices) {
  std::string common = choices.front().word;
  for (const auto& choice : choices) {
    std::size_t same = 0;
    while (same < common.size() && same < choice.word.size() && common[same] == choice.word[same])
      ++same;
    common.resize(same);
  }
  return common;
}

unsigned char complete(EditLine* editor, int) {
  Terminal& terminal = terminal_of(editor);
  const std::string line = typed_so_far(editor);
  auto response = terminal.client.ask(RequestType::kComplete, line);
  if (!response) return CC_ERROR;
  std::erase_if(response->choices, [](const control::Choice& choice) { return !choice.keyword; });
  const auto blank = line.find_last_of(" \t");
  const std::size_t partial = line.size() - (blank == std::string::npos ? 0 : blank + 1);
  if (partial == 0 || response->choices.empty()) return CC_ERROR;
  std::string rest = common_beginning(response->choices);
  const bool one = response->choices.size() == 1;
  if (rest.size() <= partial && !one) return CC_ERROR;
  rest.erase(0, std::min(partial, rest.size()));
  if (one) rest += ' ';
  return el_insertstr(editor, rest.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
}

unsigned char help(EditLine* editor, int) {
  Terminal& terminal = terminal_of(editor);
  auto response = terminal.client.ask(RequestType::kHelp, typed_so_far(editor));
  if (!response) return CC_ERROR;
  std::cout << "?\n" << response->text << std::flush;
  return CC_REDISPLAY;
}

unsigned char end(EditLine* editor, int) {
  terminal_of(editor).end_typed = true;
  std::cout << "\r\n" << std::flush;
  return CC_EOF;
}

// Waits for a key and prints log lines that come meanwhile (terminal monitor).
int read_key(EditLine* editor, wchar_t* key) {
  Terminal& terminal = terminal_of(editor);
  for (;;) {
    pollfd both[2] = {{STDIN_FILENO, POLLIN, 0}, {terminal.client.descriptor(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0) continue;
    if (both[1].revents != 0) {
      const Status got = terminal.client.poll_log();
      if (!got) {
        terminal.lost = true;
        terminal.lost_text = got.error().text;
        return 0;
      }
      el_set(editor, EL_REFRESH);
    }
    if (both[0].revents == 0) continue;
    char octet = 0;
    if (::read(STDIN_FILENO, &octet, 1) != 1) return 0;
    *key = static_cast<unsigned char>(octet);
    return 1;
  }
}

// One key at once and unseen; 0 when nobody types any more.
char more_key() {
  termios before{};
  if (::tcgetattr(STDIN_FILENO, &before) != 0) return 0;
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  char key = 0;
  if (::read(STDIN_FILENO, &key, 1) != 1) key = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
  return key;
}

// False when the session is over.
bool run_line(Terminal& terminal, const std::string& line) {
  Pager pager(::isatty(STDOUT_FILENO) != 0 ? terminal.page : 0, std::cout, more_key);
  terminal.client.on_progress = [&pager](const std::string& text) { pager.show(text); };
  auto response = terminal.end_typed ? terminal.client.ask(RequestType::kEnd)
                                     : terminal.client.ask(RequestType::kExecute, line);
  terminal.client.on_progress = {};
  terminal.end_typed = false;
  if (!response) {
    terminal.lost = true;
    terminal.lost_text = response.error().text;
    return false;
  }
  pager.show(response->text);
  if (response->rejection)
    std::cout << render_rejection_at_prompt(*response->rejection, terminal.prompt, line);
  std::cout << std::flush;
  terminal.prompt = response->prompt;
  terminal.page = response->page;
  terminal.asking = response->asking;
  return !response->closed;
}

struct Editor {
  explicit Editor(Terminal& terminal)
      : line(el_init("ipsec-tool", stdin, stdout, stderr)), history(history_init()) {
    HistEvent event;
    ::history(history, &event, H_SETSIZE, 500);
    ::history(history, &event, H_SETUNIQUE, 1);
    el_set(line, EL_CLIENTDATA, &terminal);
    el_set(line, EL_PROMPT, prompt_of);
    el_set(line, EL_EDITOR, "emacs");
    el_set(line, EL_SIGNAL, 1);
    el_set(line, EL_HIST, ::history, history);
    el_set(line, EL_GETCFN, read_key);
    el_set(line, EL_ADDFN, "router-complete", "Complete a word", complete);
    el_set(line, EL_ADDFN, "router-help", "What may be typed next", help);
    el_set(line, EL_ADDFN, "router-end", "Back to privileged EXEC", end);
    el_set(line, EL_BIND, "\t", "router-complete", nullptr);
    el_set(line, EL_BIND, "?", "router-help", nullptr);
    // While a line is typed these are keys; while a command runs the terminal is as before.
    el_set(line, EL_SETTY, "-d", "-isig", nullptr);
    el_set(line, EL_BIND, "^Z", "router-end", nullptr);
    el_set(line, EL_BIND, "^C", "router-end", nullptr);
  }
  ~Editor() {
    history_end(history);
    el_end(line);
  }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  EditLine* line;
  History* history;
};

}  // namespace

int run_prompt(Client& client) {
  std::setlocale(LC_CTYPE, "");
  Terminal terminal(client);
  client.on_log = [](const std::string& text) { std::cout << "\r" << text << "\n" << std::flush; };
  auto first = client.ask(RequestType::kPrompt);
  if (!first) {
    std::cerr << "ipsec-tool: " << first.error().text << "\n";
    return kUnreachable;
  }
  terminal.prompt = first->prompt;
  terminal.page = first->page;
  Editor editor(terminal);
  for (bool open = true; open && !terminal.lost;) {
    if (terminal.asking == control::Asking::kHidden) {
      const auto answer = StandardInput().next(terminal.prompt, true);
      if (!answer) break;
      open = run_line(terminal, *answer);
      continue;
    }
    int count = 0;
    const char* text = el_gets(editor.line, &count);
    if (text == nullptr && !terminal.end_typed) break;
    std::string line(text == nullptr ? "" : text);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    const bool command = terminal.asking == control::Asking::kNothing;
    if (command && line.find_first_not_of(" \t") != std::string::npos) {
      HistEvent event;
      ::history(editor.history, &event, H_ENTER, line.c_str());
    }
    open = run_line(terminal, line);
  }
  if (terminal.lost) {
    std::cerr << "\nipsec-tool: " << terminal.lost_text << "\n";
    return kUnreachable;
  }
  return kDone;
}

}  // namespace spa::tool
