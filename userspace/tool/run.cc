// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/run.h"

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
    prompt_ = start->prompt;
    std::string line;
    while (!closed_ && std::getline(file, line)) {
      ++number_;
      while (!line.empty() && line.back() == '\r') line.pop_back();
      if (auto taken = take(line); !taken) return lost(taken.error(), streams_.err);
    }
    if (!closed_)
      if (auto ended = put_in_force(); !ended) return lost(ended.error(), streams_.err);
    return rejected_ ? kRejected : kDone;
  }

 private:
  Status take(const std::string& line) {
    const bool configuring = in_configuration(prompt_);
    auto response = client_.ask(RequestType::kExecute, line, json_);
    if (!response) return tl::unexpected(response.error());
    const bool unknown = response->rejection && response->rejection->kind == "invalid";
    if (unknown && !configuring && says_something(line)) {
      auto retried = take_as_configuration(line, *response);
      if (!retried) return tl::unexpected(retried.error());
      response = std::move(retried);
    }
    report(*response, line);
    prompt_ = response->prompt;
    closed_ = response->closed;
    // Commands after the configuration see it in force.
    if (configuring && !in_configuration(prompt_) && !closed_) {
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
  std::string prompt_;
  std::size_t number_ = 0;
  bool rejected_ = false;
  bool closed_ = false;
};

}  // namespace

int run_command(Client& client, const std::string& command, bool json, Streams streams) {
  auto response = client.ask(RequestType::kExecute, command, json);
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
