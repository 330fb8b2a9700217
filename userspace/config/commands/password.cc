// SPDX-License-Identifier: Apache-2.0
// Encryption of the keys in the configuration (R-T6).
#include "userspace/config/dialogue.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/key_encryption.h"
#include "userspace/config/master_key.h"

namespace spa::config {
namespace {

// R-T6-17, R-T6-18
void log_operation(Exec& exec, std::string_view what) {
  if (has_line(exec.configuration().tree(), kLoggingLine))
    exec.backend().write_log({Severity::kInfo, {}, {}, "TYPE6_PASS: " + std::string(what)});
}

// R-T6-11, R-T6-12
void set_master_key(Exec& exec, ByteView key) {
  Configuration& configuration = exec.configuration();
  MasterKey& master = configuration.master_key();
  const MasterKey before = master;
  if (const Status done = master.set(key); !done)
    return exec.refuse(done.error().text + " The master key is unchanged.");
  if (before.exists()) {
    log_operation(exec,
                  "Master key change heralded, re-encrypting the keys with the new master key");
    const std::size_t count = reencrypt_keys(
        configuration.tree(), [&](std::string_view word) { return before.decrypt(word); }, master);
    for (std::size_t i = 0; i < count; ++i) log_operation(exec, "Mac verification successful");
  } else {
    log_operation(exec, "New Master key configured, encrypting the keys with the new master key");
  }
  configuration.spoil_draft();
  configuration.touch(exec.backend().now());
}

void ask_for_new_key(Exec& exec) {
  ask(exec, {"New key: ", true, [](Exec& e, std::string_view first) {
               SecretBytes key = to_secret(as_bytes(first));
               if (key.size() < MasterKey::kShortest || key.size() > MasterKey::kLongest)
                 return e.refuse("The master key has 8 to 127 characters; nothing was changed.");
               ask(e, {"Confirm key: ", true,
                       [key = std::move(key)](Exec& last, std::string_view second) {
                         if (!constant_time_equal(key, as_bytes(second)))
                           return last.refuse("The keys differ; nothing was changed.");
                         set_master_key(last, key);
                       }});
             }});
}

// R-T6-4, R-T6-5, R-DLG-6
void config_key(Exec& exec, const Args& args) {
  const MasterKey& master = exec.configuration().master_key();
  const Value* given = args.find("master-key");
  if (given != nullptr && master.is(given->secret)) return;
  if (exec.state().loading) {
    // R-T6-14: a file may bring the key, and has nobody to ask.
    if (given != nullptr && !master.exists()) return set_master_key(exec, given->secret);
    return exec.refuse("Another master key is set; a file does not change it.");
  }
  const auto go_on = [key = given == nullptr ? SecretBytes() : given->secret](Exec& e) {
    return key.empty() ? ask_for_new_key(e) : set_master_key(e, key);
  };
  if (!master.exists()) return go_on(exec);
  ask(exec, {"Old key: ", true, [go_on](Exec& e, std::string_view old) {
               if (!e.configuration().master_key().is(as_bytes(old)))
                 return e.refuse("The old key is another one; nothing was changed.");
               go_on(e);
             }});
}

// R-T6-6, R-DLG-7
void delete_config_key(Exec& exec, const Args&) {
  if (!exec.configuration().master_key().exists()) return;
  if (exec.state().loading) return exec.refuse("A file does not delete the master key.");
  ask_yes_or_no(exec,
                "WARNING: All type 6 encrypted keys will become unusable. Continue with master key "
                "deletion? [yes/no]: ",
                [](Exec& e, bool yes) {
                  if (!yes) return;
                  Configuration& configuration = e.configuration();
                  if (const Status done = configuration.master_key().remove(); !done)
                    return e.refuse("The master key was not deleted: " + done.error().text);
                  configuration.spoil_draft();
                  configuration.touch(e.backend().now());
                });
}

}  // namespace

void add_password_commands(std::vector<Command>& table) {
  table.push_back({.pattern = std::string(kEncryptionLine),
                   .help = "Keeps the keys of the configuration encrypted, once there is a master "
                           "key; what is encrypted stays so when this is taken back."});
  table.push_back(
      {.pattern = std::string(kLoggingLine), .help = "Logs what is done to encrypted keys."});
  table.push_back({.pattern = std::string(kHidingLine),
                   .help = "Prints the passwords of `enable password` and of users in the form of "
                           "type 7, from which anybody can get them back; what has that form keeps "
                           "it when this is taken back.",
                   .section = Section::kService,
                   .negative = true});
  table.push_back({.pattern = "key config-key password-encryption [<master-key:secret>]",
                   .help = "Sets or changes the master key, which no configuration shows; asks for "
                           "it unless it is given.",
                   .run = config_key,
                   .removed = delete_config_key});
}

}  // namespace spa::config
