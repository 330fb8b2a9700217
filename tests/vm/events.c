// SPDX-License-Identifier: Apache-2.0
// Speaks the generic-netlink family "spa" (<spa/genl.h>): shows events as they come, or the state
// of all cards.
//   spa-events           one line an event, until it is ended; "listening" first
//   spa-events --state   one line a card
#include <arpa/inet.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <spa/genl.h>
#include <stdio.h>
#include <string.h>

static const char* event_name(unsigned event) {
  switch (event) {
    case SPA_GENL_EVENT_UNKNOWN_SPI:
      return "unknown-spi";
    case SPA_GENL_EVENT_SOFT_EXPIRE:
      return "soft-expire";
    case SPA_GENL_EVENT_HARD_EXPIRE:
      return "hard-expire";
    case SPA_GENL_EVENT_AUTH_FAILURE:
      return "auth-failure";
    case SPA_GENL_EVENT_REPLAY_FAILURE:
      return "replay-failure";
    case SPA_GENL_EVENT_SEQ_SOFT:
      return "sequence-numbers-nearly-used-up";
    case SPA_GENL_EVENT_FAULT:
      return "fault";
    case SPA_GENL_EVENT_STATE:
      return "state";
    default:
      return "unknown";
  }
}

static const char* state_name(unsigned state) {
  static const char* const names[] = {"?", "running", "resetting", "asleep", "dead"};
  return state < sizeof names / sizeof names[0] ? names[state] : names[0];
}

static void print_address(const char* what, struct nlattr* attribute) {
  char text[INET6_ADDRSTRLEN];
  const int family = nla_len(attribute) == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, nla_data(attribute), text, sizeof text) != NULL)
    printf(" %s %s", what, text);
}

static void print_number(const char* what, struct nlattr* attribute) {
  if (attribute != NULL) printf(" %s %u", what, nla_get_u32(attribute));
}

static int show(struct nl_msg* message, void* unused) {
  (void)unused;
  struct nlattr* a[SPA_GENL_A_MAX + 1];
  const struct genlmsghdr* header = genlmsg_hdr(nlmsg_hdr(message));
  if (genlmsg_parse(nlmsg_hdr(message), 0, a, SPA_GENL_A_MAX, NULL) < 0) return NL_SKIP;
  if (header->cmd == SPA_GENL_CMD_EVENT && a[SPA_GENL_A_EVENT] != NULL) {
    printf("event %s", event_name(nla_get_u32(a[SPA_GENL_A_EVENT])));
  } else {
    printf("card");
  }
  print_number("ifindex", a[SPA_GENL_A_IFINDEX]);
  if (a[SPA_GENL_A_STATE] != NULL)
    printf(" state %s", state_name(nla_get_u32(a[SPA_GENL_A_STATE])));
  if (a[SPA_GENL_A_TEXT] != NULL) printf(" \"%s\"", nla_get_string(a[SPA_GENL_A_TEXT]));
  if (a[SPA_GENL_A_SPI] != NULL) printf(" spi %08x", ntohl(nla_get_u32(a[SPA_GENL_A_SPI])));
  if (a[SPA_GENL_A_SADDR] != NULL) print_address("from", a[SPA_GENL_A_SADDR]);
  if (a[SPA_GENL_A_DADDR] != NULL) print_address("to", a[SPA_GENL_A_DADDR]);
  print_number("sequence", a[SPA_GENL_A_SEQ]);
  print_number("suppressed", a[SPA_GENL_A_SUPPRESSED]);
  print_number("sas", a[SPA_GENL_A_SAS]);
  print_number("sa-limit", a[SPA_GENL_A_SA_LIMIT]);
  print_number("policies", a[SPA_GENL_A_POLICIES]);
  print_number("policy-limit", a[SPA_GENL_A_POLICY_LIMIT]);
  print_number("recoveries", a[SPA_GENL_A_RECOVERIES]);
  print_number("heartbeat", a[SPA_GENL_A_HEARTBEAT]);
  printf("\n");
  fflush(stdout);
  return NL_OK;
}

static int ask_state(struct nl_sock* socket, int family) {
  const int err = genl_send_simple(socket, family, SPA_GENL_CMD_GET, SPA_GENL_VERSION, NLM_F_DUMP);
  return err < 0 ? err : nl_recvmsgs_default(socket);
}

static int listen_for_events(struct nl_sock* socket) {
  const int group = genl_ctrl_resolve_grp(socket, SPA_GENL_NAME, SPA_GENL_GROUP_EVENTS);
  int err = group < 0 ? group : nl_socket_add_membership(socket, group);
  if (err < 0) return err;
  nl_socket_disable_seq_check(socket);
  printf("listening\n");
  fflush(stdout);
  while (err >= 0) err = nl_recvmsgs_default(socket);
  return err;
}

int main(int argc, char** argv) {
  struct nl_sock* socket = nl_socket_alloc();
  if (socket == NULL) return 1;
  int err = genl_connect(socket);
  const int family = err < 0 ? err : genl_ctrl_resolve(socket, SPA_GENL_NAME);
  if (family >= 0) {
    nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, show, NULL);
    const int state = argc > 1 && strcmp(argv[1], "--state") == 0;
    err = state ? ask_state(socket, family) : listen_for_events(socket);
  } else {
    err = family;
  }
  if (err < 0) fprintf(stderr, "spa-events: %s\n", nl_geterror(err));
  nl_socket_free(socket);
  return err < 0;
}
