// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/run.h"

#include <utility>

#include "userspace/tool/options.h"
#include "userspace/tool/render.h"

namespace spa::tool {
namespace {

using control::RequestType;

int lost(const Error& error, std::ostream& err) {
  err << "ipsec-tool: " << error.text << "\n";
  return kUnreachable;
}

// "Router(config-if)#"
bool in_configuration(const std::string& prompt) {
  return prompt.find('(') != std::string::npos;
}

bool says_something(const std::string& line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first != std::string::npos && line[first] != '!';
}

class Paste {
 public:
  Paste(Client& client, std::string name, bool json, Streams streams)
      : client_(client), name_(std::move(name)), json_(json), streams_(streams) {}

  int run(std::istream& file) {
    auto start = client_.ask(RequestType::kBeginBatch);
    if (!start) return lost(start.error(), streams_.err);
    configuring_ = in_configuration(start->prompt);
    std::string line;
    while (!closed_ && std::getline(file, line)) {
      ++number_;
      while (!line.empty() && line.back() == '\r') line.pop_back();
      if (auto taken = take(line); !taken) return lost(taken.error(), streams_.err);
    }
    if (asking_) {
      rejected_ = true;
      streams_.err << name_ << ": the file ends before \"" << question_
                   << "\" is answered: nothing was done\n";
    }
    if (!closed_)
      if (auto ended = put_in_force(); !ended) return lost(ended.error(), streams_.err);
    return rejected_ ? kRejected : kDone;
  }

 private:
  Status take(const std::string& line) {
    const bool answering = asking_;
    auto response = client_.ask(RequestType::kExecute, line, json_);
    if (!response) return tl::unexpected(response.error());
    const bool unknown = response->rejection && response->rejection->kind == "invalid";
    if (unknown && !configuring_ && !answering && says_something(line)) {
      auto retried = take_as_configuration(line, *response);
      if (!retried) return tl::unexpected(retried.error());
      response = std::move(retried);
    }
    report(*response, answering ? "(an answer)" : line);
    closed_ = response->closed;
    asking_ = response->asking != control::Asking::kNothing;
    if (asking_) {
      question_ = response->prompt;
      streams_.out << question_ << "\n";
      return {};
    }
    const bool was_configuring = std::exchange(configuring_, in_configuration(response->prompt));
    // Commands after the configuration see it in force.
    if (was_configuring && !configuring_ && !closed_) {
      if (auto ended = put_in_force(); !ended) return ended;
      auto again = client_.ask(RequestType::kBeginBatch);
      if (!again) return tl::unexpected(again.error());
    }
    return {};
  }

  // The line is no EXEC command: the file is a configuration.
  Result<control::Response> take_as_configuration(const std::string& line,
                                                  control::Response refused) {
    auto entered = client_.ask(RequestType::kExecute, "configure terminal");
    if (!entered) return entered;
    auto response = client_.ask(RequestType::kExecute, line, json_);
    if (!response || !response->rejection) return response;
    // Neither: the message that understood more of the line.
    const auto reach = [](const control::Response& r) {
      return r.rejection->column.value_or(static_cast<std::size_t>(-1));
    };
    if (reach(*response) >= reach(refused)) return response;
    refused.prompt = response->prompt;
    return refused;
  }

  Status put_in_force() {
    auto response = client_.ask(RequestType::kEndBatch);
    if (!response) return tl::unexpected(response.error());
    streams_.out << response->text;
    if (response->rejection) {
      rejected_ = true;
      streams_.err << name_ << ": " << response->rejection->text << "\n";
    }
    return {};
  }

  void report(const control::Response& response, const std::string& line) {
    if (json_ && !response.data.empty())
      streams_.out << render_json(response);
    else
      streams_.out << response.text;
    if (!response.rejection) return;
    rejected_ = true;
    streams_.out.flush();
    streams_.err << render_rejection(*response.rejection,
                                     name_ + ":" + std::to_string(number_) + ": ", line);
  }

  Client& client_;
  std::string name_;
  bool json_;
  Streams streams_;
  std::size_t number_ = 0;
  bool rejected_ = false;
  bool configuring_ = false;
  bool asking_ = false;   // the next line is an answer
  std::string question_;  // to this
  bool closed_ = false;
};

}  // namespace

int run_command(Client& client, const std::string& command, bool json, Streams streams,
                Answers& answers) {
  // What comes in parts is printed as it comes; JSON is read as a whole.
  if (!json)
    client.on_progress = [&out = streams.out](const std::string& text) {
      out << text << std::flush;
    };
  auto response = client.ask(RequestType::kExecute, command, json);
  while (response && response->asking != control::Asking::kNothing) {
    streams.out << response->text << std::flush;
    const auto answer =
        answers.next(response->prompt, response->asking == control::Asking::kHidden);
    if (!answer) {
      streams.err << "ipsec-tool: no answer to \"" << response->prompt
                  << "\": nothing was done; give the answers on standard input, one a line\n";
      return kRejected;
    }
    response = client.ask(RequestType::kExecute, *answer, json);
  }
  if (!response) return lost(response.error(), streams.err);
  if (response->rejection) {
    streams.out << response->text;
    streams.err << render_rejection(*response->rejection, "", command);
    return kRejected;
  }
  streams.out << (json ? render_json(*response) : response->text);
  return kDone;
}

int run_completion(Client& client, const std::string& line, Streams streams) {
  auto response = client.ask(RequestType::kComplete, line);
  if (!response) return lost(response.error(), streams.err);
  for (const control::Choice& choice : response->choices)
    if (choice.keyword) streams.out << choice.word << "\n";
  return kDone;
}

int run_paste(Client& client, std::istream& file, const std::string& name, bool json,
              Streams streams) {
  return Paste(client, name, json, streams).run(file);
}

}  // namespace spa::tool
